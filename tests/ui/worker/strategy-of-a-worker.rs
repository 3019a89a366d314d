use fluid::worker;

#[worker(heartbeat = "1s", restart = "one_for_one")]
async fn poll() {}

fn main() {}
