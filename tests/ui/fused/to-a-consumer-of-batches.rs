use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    7
}

#[consumer(batch = 10)]
async fn store(numbers: Vec<u64>) {
    let _ = numbers;
}

workers! {
    struct Numbers {
        poll: Poll,
        store: Store,
    }

    poll -> store; //~ store
}

fn main() {}
