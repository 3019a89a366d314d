use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    7
}

#[consumer]
async fn double(number: u64) -> u64 {
    2 * number
}

#[consumer]
async fn store(number: u64) {
    let _ = number;
}

workers! {
    struct Group {
        poll: Poll,
        double: Double,
        #[cfg(not(any()))] store: Store,
    }

    poll -> double -> store; //~ store
}

fn main() {}
