//! A crate that denies every lint.
#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    missing_debug_implementations,
    unused_qualifications,
    single_use_lifetimes,
    trivial_casts,
    unused_results,
    future_incompatible,
    nonstandard_style,
    rust_2024_compatibility,
    let_underscore_drop
)]

pub mod service {
    //! Public workers and a public group.

    use fluid::{Error, Output, consumer, worker, workers};

    /// A message.
    #[derive(Clone, Debug)]
    pub struct Tick(pub u64);

    /// A resource.
    #[derive(Debug)]
    pub struct Db;

    /// Polls.
    #[worker(heartbeat = "1s")]
    pub async fn poll(db: &Db) -> Result<Vec<Tick>, Error> {
        let _: &Db = db;
        Ok(vec![])
    }

    /// Stores.
    #[consumer]
    pub async fn store(
        tick: Tick,
        count: &mut u64,
        odd: &Output<Tick>,
    ) -> Result<(), std::io::Error> {
        *count += tick.0;
        odd.send(tick).await.map_err(std::io::Error::other)
    }

    /// Drops.
    #[consumer]
    pub async fn forget(tick: Tick) {
        let Tick(_) = tick;
    }

    workers! {
        /// The service.
        #[workers(grace = "1s")]
        pub struct Service(db: Db) {
            /// The source.
            poll: Poll { db },
            /// The sink.
            pub store: Store { count: 0 },
            forget: Forget,
        }

        poll => store;
        store.odd => forget;
        every("30s") => println!("{db:?}");
        after("30s") => group.gracefully_stop();
        on_startup => drop(db);
    }
}

fn main() {
    let service = service::Service::new(service::Db);
    assert_eq!(service.store().worker_name(), "store");
}
