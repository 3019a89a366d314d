use fluid::worker;

#[worker(concurrency = 4)] //~ concurrency
async fn poll() {}

fn main() {}
