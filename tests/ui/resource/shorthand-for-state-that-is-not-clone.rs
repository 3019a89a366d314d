use fluid::{worker, workers};

struct Stats(u64);

#[worker(heartbeat = "1s")]
async fn poll(stats: &mut Stats) {
    stats.0 += 1;
}

workers! {
    struct Polls(stats: Stats) {
        poll: Poll { stats }, //~ stats
    }
}

fn main() {}
