use fluid::{Failed, consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> Result<(), fluid::Error> {
    Ok(())
}

#[consumer]
async fn bury(failed: Failed<u64>) {
    let _ = failed;
}

workers! {
    struct Polls {
        poll: Poll,
        bury: Bury,
    }

    poll.failed => bury; //~ failed
}

fn main() {}
