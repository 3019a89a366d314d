use fluid::{worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() {}

workers! {
    struct Polls {
        pub poll: Poll, //~ pub
    }
}

fn main() {}
