use fluid::consumer;

#[consumer(retry = 3, retry_if = |error| true)] //~ retry_if
async fn store(line: String) {
    let _ = line;
}

fn main() {}
