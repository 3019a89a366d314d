use fluid::{consumer, worker, workers};

#[allow(dead_code)]
enum Outcome {
    Ok,
    Err,
}
#[allow(unused_imports)]
use Outcome::{Err, Ok};

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
    if Numbers::new().num_workers() != 2 {
        panic!("two workers");
    }
}
