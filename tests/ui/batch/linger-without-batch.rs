use fluid::consumer;

#[consumer(linger = "50ms")] //~ linger
async fn store(line: String) {
    let _ = line;
}

fn main() {}
