use fluid::{consumer, worker, workers};

#[test]
fn runs() {
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
