use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn double(number: u64) -> u64 {
    2 * number
}

#[consumer]
async fn store(_number: u64) {}

workers! {
    struct Numbers {
        poll: Poll,
        #[consumer(stop = "last")] //~ stop
        double: Double,
    }

    poll -> double => _;
}

workers! {
    struct Misspelt {
        #[worker(stop = "lst")] //~ "lst"
        poll: Poll,
    }

    poll => _;
}

fn main() {}
