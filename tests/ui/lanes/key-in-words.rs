use fluid::consumer;

#[consumer(concurrency = 4, partition_by = "line")] //~ "line"
async fn store(line: String) {
    let _ = line;
}

fn main() {}
