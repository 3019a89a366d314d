use fluid::{worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() {}

#[worker(heartbeat = "1s", stall = "30s")]
async fn look() {}

workers! {
    struct Group {
        #[worker(on_stall = "restart")] //~ on_stall
        poll: Poll,
        #[worker(on_stall = "restart")]
        look: Look,
        #[worker(stall = "1m", on_stall = "restart")]
        both: Poll,
    }
}

fn main() {}
