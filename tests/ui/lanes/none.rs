use fluid::consumer;

#[consumer(concurrency = 0)] //~ 0
async fn store(line: String) {
    let _ = line;
}

fn main() {}
