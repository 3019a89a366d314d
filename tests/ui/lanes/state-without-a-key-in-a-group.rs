use fluid::{consumer, workers};

#[consumer]
async fn count(line: String, lines: &mut u64) {
    let _ = line;
    *lines += 1;
}

workers! {
    struct Lines {
        #[consumer(concurrency = 4)] //~ concurrency
        pub count: Count { lines: 0 },
    }
}

fn main() {}
