use fluid::{consumer, workers};

struct Feed;

#[consumer(partition_by = |number| *number, concurrency = 4)]
async fn store(number: u64, feed: &mut Feed) {
    let _ = (number, feed);
}

workers! {
    struct Numbers(move feed: Feed) {
        pub store: Store { feed }, //~ store
    }
}

fn main() {}
