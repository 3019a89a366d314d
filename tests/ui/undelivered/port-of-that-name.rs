use fluid::consumer;

#[consumer]
async fn store(line: String, undelivered: &fluid::Output<String>) { //~ undelivered
    let _ = undelivered.send(line).await;
}

fn main() {}
