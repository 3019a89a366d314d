use fluid::consumer;

const NONE: usize = 0;

#[consumer(capacity = NONE)] //~ #[consumer(capacity
async fn store(_: u64) {}

fn main() {}
