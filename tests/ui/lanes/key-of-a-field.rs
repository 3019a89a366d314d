use fluid::{consumer, workers};

#[consumer]
async fn store(line: String) {
    let _ = line;
}

workers! {
    struct Lines {
        #[consumer(concurrency = 4, partition_by = |line| line.len())] //~ partition_by
        pub store: Store,
    }
}

fn main() {}
