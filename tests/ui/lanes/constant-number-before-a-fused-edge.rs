use fluid::{consumer, workers};

const LANES: usize = 4;

#[consumer(concurrency = LANES)]
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
        store: Store,
    }

    double -> store; //~ store
}

fn main() {}
