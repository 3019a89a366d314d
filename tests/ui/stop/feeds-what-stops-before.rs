use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn double(number: u64) -> u64 {
    2 * number
}

#[consumer]
async fn store(_number: u64) {}

workers! {
    struct Numbers {
        #[worker(stop = "last")] //~ stop
        poll: Poll,
        #[consumer(stop = "first")]
        store: Store,
        #[consumer(stop = "last")]
        rest: Store,
    }

    poll => (store, rest);
}

workers! {
    struct Called {
        #[worker(stop = "last")] //~ stop
        poll: Poll,
        double: Double,
        store: Store,
    }

    poll -> double => store;
}

workers! {
    struct WithFeedback {
        #[worker(stop = "last")]
        poll: Poll,
        double: Double,
        pub store: Store,
    }

    poll -> double ~> store;
}

fn main() {}
