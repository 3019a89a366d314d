use fluid::{worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() {}

workers! {
    struct Inner {
        poll: Poll,
    }
}

workers! {
    struct Outer {
        inner: Inner, //~ Inner
        poll: Poll,
    }
}

fn main() {}
