use fluid::consumer;

#[consumer(concurrency = 4, partition_by = |reading| reading.degrees)] //~ |
async fn store(reading: Reading) {
    let _ = reading;
}

struct Reading {
    degrees: f64,
}

fn main() {}
