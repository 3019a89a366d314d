use fluid::{worker, workers};

struct Db;

#[worker(heartbeat = "1s")]
async fn poll(_db: &Db) {}

workers! {
    struct Polls(db: std::sync::Arc<Db>) { //~ Arc
        poll: Poll { _db: db },
    }
}

fn main() {}
