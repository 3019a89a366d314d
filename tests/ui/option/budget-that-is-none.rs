#![allow(unused_variables)]

use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn store(number: u64) {
    println!("{number}");
}

workers! {
    #[workers(restart = "one_for_all", max_restarts = "5")] //~ "5"
    struct Quoted {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

workers! {
    #[workers(restart = "one_for_all", max_restarts = 5_000_000_000)] //~ 5_000_000_000
    struct Large {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

workers! {
    #[workers(restart = "one_for_all", within = "0s")] //~ "0s"
    struct Never {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

workers! {
    #[workers(restart = "one_for_all", on_error = "restart")] //~ on_error
    struct Failing {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

fn main() {}
