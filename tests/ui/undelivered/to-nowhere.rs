use fluid::{consumer, workers};

#[consumer]
async fn store(line: String) {
    drop(line);
}

workers! {
    struct Archive {
        pub store: Store,
    }

    store.undelivered => _; //~ undelivered
}

fn main() {}
