use fluid::{consumer, workers};

struct Unique(u64);

#[consumer]
async fn store(unique: Unique) -> Result<(), String> {
    Err(unique.0.to_string())
}

workers! {
    struct Archive {
        #[consumer(retry = 3)] //~ retry
        pub store: Store,
    }
}

fn main() {}
