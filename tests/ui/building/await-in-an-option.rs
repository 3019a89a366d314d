use fluid::{worker, workers};

#[worker]
async fn pump() {}

async fn period() -> std::time::Duration {
    std::time::Duration::from_secs(1)
}

workers! {
    struct Numbers {
        #[worker(heartbeat = period().await)] //~ await
        pump: Pump,
    }
}

fn main() {
    drop(Numbers::new());
}
