use fluid::{consumer, worker, workers};

#[test]
fn workers_and_groups_may_be_declared_in_a_function() {
    #[worker(heartbeat = "1s")]
    async fn poll(step: u64) -> u64 {
        step
    }

    #[consumer]
    async fn store(number: u64) {
        println!("{number}");
    }

    workers! {
        struct Numbers(step: u64) {
            poll: Poll { step },
            store: Store,
        }

        poll => store;
    }

    let _ = Numbers::new(2);
}
