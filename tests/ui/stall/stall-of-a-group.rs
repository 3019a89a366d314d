use fluid::{worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() {}

workers! {
    #[workers(stall = "30s")] //~ stall
    struct Outside {
        poll: Poll,
    }
}

fn main() {}
