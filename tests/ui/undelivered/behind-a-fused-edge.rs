use fluid::{consumer, workers};

#[consumer]
async fn store(line: String) {
    drop(line);
}

#[consumer]
async fn parse(line: String) -> String {
    line
}

#[consumer]
async fn save(line: String) {
    drop(line);
}

workers! {
    struct Archive {
        pub parse: Parse,
        store: Store,
        save: Save,
    }

    parse -> store;
    store.undelivered => save; //~ undelivered
}

fn main() {}
