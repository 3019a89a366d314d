use fluid::consumer;

#[consumer(partition_by = |line| line.len())] //~ partition_by
async fn store(line: String) {
    let _ = line;
}

fn main() {}
