use fluid::consumer;

#[consumer(batch = 10)]
async fn store(line: String) { //~ String
    let _ = line;
}

fn main() {}
