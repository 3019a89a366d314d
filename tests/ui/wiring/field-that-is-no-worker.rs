use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    7
}

#[consumer]
async fn store(number: u64) {
    let _ = number;
}

struct Db;

workers! {
    struct Fed {
        poll: Poll,
        db: Db, //~ Db
    }

    poll => db;
}

workers! {
    struct Feeding {
        #[consumer(capacity = 8, retry = 3, timeout = "1s")]
        db: Db, //~ Db
        store: Store,
    }

    db -> store;
}

fn main() {}
