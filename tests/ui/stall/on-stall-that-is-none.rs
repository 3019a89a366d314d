use fluid::worker;

#[worker(heartbeat = "1s", stall = "30s", on_stall = "restarts")] //~ "restarts"
async fn poll() {}

fn main() {}
