use fluid::{worker, workers};

struct Feed;

#[worker(on_error = "forget")]
async fn pump(feed: &mut Feed) -> Result<(), fluid::Error> {
    let _ = feed;
    Ok(())
}

workers! {
    struct Numbers(move feed: Feed) {
        #[worker(max_restarts = 3)]
        pump: Pump { feed }, //~ pump
    }
}

fn main() {}
