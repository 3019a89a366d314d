use fluid::worker;

#[worker(heartbeat("1s"))] //~ ("1s")
async fn poll() {}

#[worker(heartbeat = "1s" timeout = "2s")] //~ timeout
async fn look() {}

fn main() {}
