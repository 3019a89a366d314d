use fluid::{consumer, workers};

#[consumer]
async fn store(_: u64) {}

workers! {
    struct Storing {
        #[worker(cron = "@daily")] //~ cron
        pub store: Store,
    }
}

fn main() {
    drop(Storing::new());
}
