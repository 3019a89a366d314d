use fluid::{worker, workers};

#[worker]
async fn poll() {}

workers! {
    struct Numbers {
        poll: [Poll; 2], //~ [
    }
}

fn main() {}
