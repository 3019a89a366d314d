//! A crate without a prelude.
#![no_implicit_prelude]

extern crate fluid;

struct Db;

#[::fluid::worker(heartbeat = "1s", jitter = "10ms", timeout = "1s", on_error = "skip")]
async fn poll(db: &Db, state: &mut u64, config: u8) -> ::core::result::Result<u64, ::fluid::Error> {
    let _ = db;
    *state += ::core::convert::Into::<u64>::into(config);
    ::core::result::Result::Ok(*state)
}

#[::fluid::consumer(capacity = 8)]
async fn store(number: u64, odd: &::fluid::Output<u64>, ctx: &::fluid::Context) {
    if ctx.is_running() && number % 2 == 1 {
        let _ = odd.send(number).await;
    }
}

::fluid::workers! {
    #[workers(grace = "1s", name = "numbers")]
    struct Numbers(db: Db) {
        poll: Poll { db, state: 0, config: 1 },
        #[consumer(overflow = "drop_newest")]
        pub store: Store,
        rest: Store,
    }

    poll => store;
    store.odd => rest;
    rest.odd => _;
    every("1s") => ::core::mem::drop(db);
    on_shutdown => ::core::mem::drop(group);
    after_shutdown(exit) => ::core::mem::drop(exit);
}

fn main() {
    let numbers = Numbers::new(Db);
    ::core::assert!(!numbers.is_running());
}
