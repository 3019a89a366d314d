use fluid::{consumer, workers};

pub struct Line(String);

#[consumer]
async fn store(line: Line) {
    drop(line.0);
}

#[consumer]
async fn save(line: Line) {
    drop(line.0);
}

workers! {
    struct Archive {
        pub store: Store,
        save: Save,
        copy: Save,
    }

    store.undelivered => (save, copy); //~ undelivered
}

fn main() {}
