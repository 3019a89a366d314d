use fluid::consumer;

#[consumer(batch = 500, capacity = 100)] //~ batch
async fn store(lines: Vec<String>) {
    let _ = lines;
}

fn main() {}
