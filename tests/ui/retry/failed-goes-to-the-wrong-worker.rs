use fluid::{consumer, workers};

#[consumer]
async fn store(line: String) -> Result<(), String> {
    Err(line)
}

#[consumer]
async fn bury(line: String) {
    let _ = line;
}

workers! {
    struct Archive {
        pub store: Store,
        bury: Bury,
    }

    store.failed => bury; //~ bury
}

fn main() {}
