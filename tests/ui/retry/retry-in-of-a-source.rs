use fluid::worker;

#[worker(heartbeat = "1s", retry_in = "queue")] //~ retry_in
async fn poll() {}

fn main() {}
