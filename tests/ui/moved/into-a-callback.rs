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
        pump: Pump { feed },
        store: Store,
    }

    pump => store;
    every("1s") => drop(feed); //~ feed
}

fn main() {
    drop(Numbers::new(Feed));
}
