use fluid::consumer;

#[consumer(retry_in = "queue")] //~ retry_in
async fn store(line: String) -> Result<(), String> {
    Err(line)
}

fn main() {}
