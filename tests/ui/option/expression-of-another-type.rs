use fluid::{consumer, workers};

struct Config {
    size: u32,
}

#[consumer]
async fn store(_: u64) {}

workers! {
    struct Numbers(config: Config) {
        #[consumer(capacity = config.size)] //~ config.size
        pub store: Store,
    }
}

fn main() {}
