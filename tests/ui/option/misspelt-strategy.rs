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
    #[workers(restart = "one_for_al", max_restarts = 5)] //~ "one_for_al"
    struct Numbers {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

workers! {
    #[workers(restart)] //~ restart
    struct Other {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

fn main() {}
