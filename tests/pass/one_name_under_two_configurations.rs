use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn store(number: u64) {
    println!("{number}");
}

#[consumer]
#[allow(dead_code, reason = "it is configured away where it is used")]
async fn print(number: u64) {
    println!("{number}");
}

workers! {
    struct Numbers {
        poll: Poll,
        #[cfg(all())]
        end: Store,
        #[cfg(not(all()))]
        end: Print,
    }

    poll => end;
}

#[test]
fn one_name_may_stand_under_two_configurations() {
    assert_eq!(Numbers::GRAPH.workers.len(), 2);
    assert_eq!(Numbers::new().end().worker_name(), "end");
}
