use fluid::{consumer, worker, workers};

struct Feed;

#[worker]
async fn pump(feed: &mut Feed) -> u64 {
    let _ = feed;
    1
}

#[consumer]
async fn store(_: u64) {}

workers! {
    struct Numbers(move feed: usize) {
        #[consumer(capacity = feed)] //~ feed
        pub store: Store,
        other: Pump { feed: { let _ = feed; Feed } },
    }

    other => store;
}

fn main() {}
