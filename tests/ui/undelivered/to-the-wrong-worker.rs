use fluid::{consumer, workers};

#[consumer]
async fn store(line: String) {
    drop(line);
}

#[consumer]
async fn save(lines: Vec<String>) {
    drop(lines);
}

workers! {
    struct Archive {
        pub store: Store,
        save: Save,
    }

    store.undelivered => save; //~ save
}

fn main() {}
