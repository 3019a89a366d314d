use std::time::Duration;

use fluid::{worker, workers};

struct Config {
    period: Duration,
}

#[worker]
async fn poll() {}

workers! {
    struct Numbers(config: Config) {
        #[worker(heartbeat = confg.period)] //~ confg
        poll: Poll,
    }

    every(config.period) => println!("tick");
}

fn main() {}
