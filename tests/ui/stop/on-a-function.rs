use fluid::{consumer, worker};

#[worker(stop = "last")] //~ stop
async fn serve() {}

#[consumer(stop = "last")] //~ stop
async fn store(_number: u64) {}

fn main() {}
