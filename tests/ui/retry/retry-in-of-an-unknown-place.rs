use fluid::consumer;

#[consumer(retry = 3, retry_in = "line")] //~ "line"
async fn store(line: String) -> Result<(), String> {
    Err(line)
}

fn main() {}
