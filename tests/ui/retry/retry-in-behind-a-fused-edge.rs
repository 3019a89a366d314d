use fluid::{consumer, workers};

#[consumer]
async fn parse(line: String) -> String {
    line
}

#[consumer(retry = 3)]
async fn load(line: String) -> Result<(), String> {
    Err(line)
}

workers! {
    struct Archive {
        pub parse: Parse,
        #[consumer(retry_in = "queue")] //~ retry_in
        load: Load,
    }

    parse -> load;
}

fn main() {}
