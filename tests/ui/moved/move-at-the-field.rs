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
    struct Numbers(feed: Feed) {
        pump: Pump { move feed }, //~ move
        store: Store,
    }

    pump => store;
}

fn main() {}
