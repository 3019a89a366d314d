use fluid::consumer;

#[consumer(retry_if = |error| error.is_empty())] //~ retry_if
async fn store(line: String) -> Result<(), String> {
    Err(line)
}

fn main() {}
