#![deny(warnings)]

use fluid::{consumer, worker, workers};

#[worker(blocking, heartbeat = "1s")]
fn poll(step: &mut u64, by: u64) -> Option<u64> {
    *step += by;
    Some(*step)
}

#[consumer(blocking)]
fn store(number: u64, name: &str) -> Result<(), std::io::Error> {
    println!("{name}: {number}");
    Ok(())
}

workers! {
    struct Numbers(name: str) {
        poll: Poll { step: 1, by: 2 },
        store: Store { name },
    }

    poll => store;
}

#[test]
fn blocking_functions_become_workers() {
    assert_eq!(Numbers::new("numbers").num_workers(), 2);
}
