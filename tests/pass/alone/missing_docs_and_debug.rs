#![deny(missing_docs, missing_debug_implementations, unreachable_pub)]
//! A library that documents all that is public.

fn main() {
    assert_eq!(service::Numbers::new().num_workers(), 2);
}

pub mod service {
    //! The service.

    use fluid::{consumer, worker, workers};

    /// Polls.
    #[worker(heartbeat = "1s")]
    pub async fn poll(step: &mut u64) -> u64 {
        *step
    }

    #[doc = "Stores."]
    #[consumer]
    pub async fn store(number: u64) {
        println!("{number}");
    }

    workers! {
        pub struct Numbers {
            poll: Poll { step: 1 },
            store: Store,
        }

        poll => store;
    }
}
