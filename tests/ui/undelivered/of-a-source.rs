use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() {}

#[consumer]
async fn save(line: String) {
    drop(line);
}

workers! {
    struct Archive {
        poll: Poll,
        save: Save,
    }

    poll.undelivered => save; //~ undelivered
}

fn main() {}
