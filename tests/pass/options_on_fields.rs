use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn store(number: u64) {
    println!("{number}");
}

workers! {
    #[workers(name = "numbers", grace = "2s")]
    struct Numbers {
        #[worker(heartbeat = "10ms", pace = "rate", jitter = "1ms", on_exit = "ignore")]
        poll: Poll,
        #[consumer(capacity = "unbounded", overflow = "drop_oldest")]
        #[consumer(timeout = "1s", grace = "1s", on_error = "restart", name = "end")]
        pub store: Store,
    }

    poll => store;
}

#[test]
fn fields_may_override_options() {
    let numbers = Numbers::new();
    assert_eq!(numbers.store().worker_name(), "end");
    assert_eq!(numbers.store().capacity(), usize::MAX);
}
