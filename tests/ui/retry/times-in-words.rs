use fluid::consumer;

#[consumer(retry = "often")] //~ "often"
async fn store(line: String) -> Result<(), String> {
    Err(line)
}

fn main() {}
