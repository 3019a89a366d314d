use fluid::worker;

#[worker(every = "1s")] //~ every
async fn poll() {}

fn main() {}
