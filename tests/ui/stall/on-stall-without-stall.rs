use fluid::{consumer, worker};

#[worker(heartbeat = "1s", on_stall = "restart")] //~ on_stall
async fn poll() {}

#[consumer(on_stall = "report")] //~ on_stall
async fn store(line: String) {
    let _ = line;
}

fn main() {}
