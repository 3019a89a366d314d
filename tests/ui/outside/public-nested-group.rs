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
        pub inner: Inner = Inner::new(), //~ pub
    }
}

fn main() {}
