use fluid::consumer;

#[consumer(batch = 0)] //~ 0
async fn store(lines: Vec<String>) {
    let _ = lines;
}

fn main() {}
