use fluid::consumer;

#[consumer(batch = 10, retry = 3, retry_in = "queue")] //~ retry_in
async fn store(lines: Vec<String>) -> Result<(), String> {
    Err(lines.concat())
}

fn main() {}
