use fluid::{OnError, consumer, workers};

#[consumer]
async fn store(_: u64) {}

workers! {
    #[workers(restart = OnError::Restart, max_restarts = 3)] //~ OnError::Restart
    struct Numbers {
        pub store: Store,
    }
}

fn main() {}
