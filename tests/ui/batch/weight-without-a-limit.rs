use fluid::consumer;

#[consumer(batch = 10, batch_weight = |line| line.len())] //~ batch_weight
async fn store(lines: Vec<String>) {
    let _ = lines;
}

fn main() {}
