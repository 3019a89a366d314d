#![deny(warnings)]

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
    struct Numbers(name: String, _spare: u64) {
        poll: Poll,
        store: Store,
    }

    poll => store;
    #[cfg(all())]
    every("1s") => println!("{name}");
    #[cfg(not(all()))]
    every("2s") => println!("{name}");
}

#[test]
fn a_resource_may_be_used_under_cfg_only() {
    assert_eq!(Numbers::new("numbers".to_owned(), 1).num_workers(), 2 + 1);
}
