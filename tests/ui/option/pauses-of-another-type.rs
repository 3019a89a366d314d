use std::time::Duration;

use fluid::{consumer, workers};

#[consumer(retry = 3)]
async fn store(_: u64) -> Result<(), std::io::Error> {
    Ok(())
}

workers! {
    struct Numbers(pause: Duration) {
        #[consumer(backoff = *pause)] //~ *pause
        pub store: Store,
    }
}

fn main() {}
