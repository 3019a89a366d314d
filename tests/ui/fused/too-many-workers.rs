use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    7
}

#[consumer]
async fn add(number: u64) -> u64 {
    number + 1
}

workers! {
    struct Numbers {
        poll: Poll,
        a: Add,
        b: Add,
        c: Add,
        d: Add,
        e: Add,
        f: Add,
        g: Add,
        h: Add,
        i: Add,
        j: Add,
        k: Add,
        l: Add,
        m: Add,
        n: Add,
        o: Add,
    }

    poll -> a -> b -> c -> d -> e -> f -> g
        -> h -> i -> j -> k -> l -> m -> n
        -> o => _; //~ o
}

fn main() {}
