use fluid::{worker, workers};

struct Feed;

#[worker(on_error = "restart")]
async fn pump(feed: &mut Feed) -> Result<(), fluid::Error> {
    let _ = feed;
    Ok(())
}

workers! {
    struct Numbers(move feed: Feed) {
        pump: Pump { feed }, //~ pump
    }
}

fn main() {}
