use fluid::{worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() {}

workers! {
    struct Numbers(seconds: u64) {
        poll: Poll,
    }

    every(*seconds) => println!("tick"); //~ *seconds
}

fn main() {}
