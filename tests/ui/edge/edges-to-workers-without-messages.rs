use fluid::{worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    7
}

#[worker]
async fn bury() {}

workers! {
    struct Queued {
        poll: Poll,
        bury: Bury,
        spare: Bury = Bury,
    }

    poll => bury; //~ bury
    poll ~> spare; //~ spare
}

workers! {
    struct Fused {
        poll: Poll,
        bury: Bury,
    }

    poll -> bury; //~ bury
}

fn main() {}
