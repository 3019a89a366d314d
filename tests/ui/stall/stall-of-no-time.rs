use fluid::consumer;

#[consumer(stall = "0s")] //~ "0s"
async fn store(line: String) {
    let _ = line;
}

fn main() {}
