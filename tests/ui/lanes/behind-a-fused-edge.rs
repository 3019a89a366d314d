use fluid::{consumer, workers};

#[consumer]
async fn double(number: u64) -> u64 {
    2 * number
}

#[consumer]
async fn store(number: u64) {
    let _ = number;
}

workers! {
    struct Numbers {
        pub double: Double,
        #[consumer(concurrency = 4)] //~ concurrency
        store: Store,
    }

    double -> store;
}

fn main() {}
