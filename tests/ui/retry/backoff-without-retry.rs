use fluid::consumer;

#[consumer(backoff = "100ms..5s")] //~ backoff
async fn store(line: String) -> Result<(), String> {
    Err(line)
}

fn main() {}
