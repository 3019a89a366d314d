use fluid::worker;

#[worker(on_exit = "forgot")] //~ "forgot"
async fn poll() {}

fn main() {}
