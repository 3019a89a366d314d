use fluid::{worker, workers};

struct Feed;

#[worker(heartbeat = "1s")]
async fn pump() {}

workers! {
    struct Numbers(move feed: Feed) { //~ feed
        pump: Pump,
    }
}

fn main() {
    drop(Numbers::new(Feed));
}
