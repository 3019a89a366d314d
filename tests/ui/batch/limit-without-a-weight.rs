use fluid::consumer;

#[consumer(batch = 10, max_weight = 1000)] //~ max_weight
async fn store(lines: Vec<String>) {
    let _ = lines;
}

fn main() {}
