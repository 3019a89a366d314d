use fluid::{worker, workers};

#[worker(heartbeat = "1s")]
async fn clean() {}

workers! {
    struct Cleaning(pattern: str) {
        #[worker(cron = &*pattern)] //~ &*pattern
        clean: Clean,
    }
}

fn main() {
    drop(Cleaning::new("@daily"));
}
