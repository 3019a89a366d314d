use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    7
}

#[consumer]
async fn store(number: u64) {
    let _ = number;
}

workers! {
    struct Numbers {
        poll: Poll,
        store: Store,
        poll => store, //~ =>
    }
}

fn main() {}
