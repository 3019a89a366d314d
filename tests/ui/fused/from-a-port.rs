use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    7
}

#[consumer]
async fn double(number: u64) -> u64 {
    2 * number
}

#[consumer]
async fn store(number: u64) {
    let _ = number;
}

#[consumer]
async fn parse(text: String, rejected: &fluid::Output<u64>) -> u64 {
    let _ = (text, rejected);
    7
}

workers! {
    struct Group {
        pub parse: Parse,
        store: Store,
        other: Store,
    }

    parse => other;
    parse.rejected -> store; //~ rejected
}

fn main() {}
