use fluid::{consumer, workers};

#[consumer]
async fn store(line: String) {
    drop(line);
}

#[consumer]
async fn save(line: String) {
    drop(line);
}

workers! {
    struct Archive {
        pub store: Store,
        save: Save,
    }

    store.undelivered -> save; //~ undelivered
}

fn main() {}
