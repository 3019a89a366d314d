use fluid::consumer;

#[consumer]
async fn store(#[cfg(all())] _number: u64) {} //~ #[cfg(all())]

fn main() {}
