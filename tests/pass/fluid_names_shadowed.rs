use fluid::{consumer, worker, workers};

#[allow(dead_code)]
struct Worker;
#[allow(dead_code)]
struct Workers;
#[allow(dead_code)]
struct Io;
#[allow(dead_code)]
struct Nothing;
#[allow(dead_code)]
struct Options;
#[allow(dead_code)]
struct Graph;

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn store(number: u64) {
    println!("{number}");
}

workers! {
    struct Numbers {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

#[test]
fn runs() {
    assert_eq!(Numbers::new().num_workers(), 2);
}
