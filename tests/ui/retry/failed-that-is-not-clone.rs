use fluid::{Failed, consumer, workers};

struct Unique(u64);

#[consumer]
async fn store(unique: Unique) -> Result<(), String> {
    Err(unique.0.to_string())
}

#[consumer]
async fn bury(failed: Failed<Unique>) {
    let _ = failed.message.0;
}

workers! {
    struct Archive {
        pub store: Store,
        bury: Bury,
    }

    store.failed => bury; //~ failed
}

fn main() {}
