use std::time::Duration;

use fluid::worker;

struct Config {
    period: Duration,
}

#[worker(heartbeat = config.period)] //~ config.period
async fn poll(config: &Config) {}

fn main() {}
