use fluid::consumer;

#[consumer(overflow = drop_newest)] //~ drop_newest
async fn store(_: u64) {}

fn main() {}
