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
    #[workers(restart = "one_for_one", backoff = "5s..100ms")] //~ "5s..100ms"
    struct Turned {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

workers! {
    #[workers(restart = "one_for_one", backoff = "100ms..")] //~ "100ms.."
    struct Open {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

workers! {
    #[workers(restart = "one_for_one", backoff = "100ms..soon")] //~ "100ms..soon"
    struct Words {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

workers! {
    #[workers(restart = "one_for_one", backoff = "0s..1s")] //~ "0s..1s"
    struct Zero {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

workers! {
    #[workers(restart = "one_for_one", backoff = 5)] //~ 5
    struct Number {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

fn main() {}
