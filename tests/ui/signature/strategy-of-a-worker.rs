use fluid::worker;

#[worker(heartbeat = "1s", restart = "one_for_one")] //~ restart
async fn poll() {}

fn main() {}
