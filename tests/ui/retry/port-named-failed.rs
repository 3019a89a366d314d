use fluid::consumer;

#[consumer]
async fn store(line: String, failed: &fluid::Output<String>) { //~ failed
    let _ = (line, failed);
}

fn main() {}
