use fluid::{worker, workers};

struct Feed;

#[worker]
async fn pump(feed: &mut Feed) {
    let _ = feed;
}

workers! {
    struct Inner(move feed: Feed) {
        pump: Pump { feed },
    }
}

workers! {
    struct Outer(move feed: Feed) {
        pump: Pump { feed },
        inner: Inner = Inner::new(feed), //~ feed
    }
}

fn main() {
    drop(Outer::new(Feed));
}
