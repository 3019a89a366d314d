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
    struct Numbers(move feed: Feed) {
        one: Pump { feed },
        two: Pump { feed }, //~ feed
        store: Store,
    }

    (one, two) => store;
}

fn main() {}
