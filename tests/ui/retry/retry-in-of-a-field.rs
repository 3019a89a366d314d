use fluid::{consumer, workers};

#[consumer]
async fn store(line: String) -> Result<(), String> {
    Err(line)
}

#[consumer(batch = 10, retry = 3)]
async fn load(lines: Vec<String>) -> Result<(), String> {
    Err(lines.concat())
}

workers! {
    struct Archive {
        #[consumer(retry_in = "queue")] //~ retry_in
        pub store: Store,
        #[consumer(retry_in = "queue")] //~ retry_in
        pub load: Load,
    }
}

fn main() {}
