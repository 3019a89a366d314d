use fluid::worker;

#[worker(heartbeat = "1s", stall = 30)] //~ 30
async fn poll() {}

#[worker(heartbeat = "1s", stall = "half-a-minute")] //~ "half-a-minute"
async fn look() {}

fn main() {}
