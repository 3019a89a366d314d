use fluid::consumer;

#[consumer(concurrency = 4)] //~ concurrency
async fn count(line: String, lines: &mut u64) {
    let _ = line;
    *lines += 1;
}

fn main() {}
