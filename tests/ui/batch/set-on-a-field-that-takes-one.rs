use fluid::{consumer, workers};

#[consumer]
async fn store(line: String) {
    let _ = line;
}

workers! {
    struct Archive {
        #[consumer(batch = 10)] //~ batch
        pub store: Store,
    }
}

fn main() {}
