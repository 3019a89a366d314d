use fluid::{consumer, workers};

#[consumer]
async fn parse(line: String) -> String {
    line
}

#[consumer(retry = 3, retry_in = "queue")]
async fn store(line: String) -> Result<(), String> {
    Err(line)
}

workers! {
    struct Archive {
        pub parse: Parse,
        store: Store,
    }

    parse -> store; //~ store
}

fn main() {}
