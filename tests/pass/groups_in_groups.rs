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
    struct Inner(step: u64) {
        poll: Poll,
        store: Store,
    }

    poll => store;
    every("1s") => println!("{step}");
}

workers! {
    struct Outer(step: u64) {
        first: Inner = Inner::new(step),
        second: Inner = Inner::new(2),
    }
}

#[test]
fn groups_may_be_nested() {
    let outer = Outer::new(1);
    assert_eq!(outer.num_workers(), 2);
    assert_eq!(outer.second().num_workers(), 2 + 1);
}
