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
async fn spell(text: String) {
    let _ = text;
}

workers! {
    struct Group {
        poll: Poll,
        spell: Spell,
    }

    poll => spell with |number| number + 1; //~ |
}

fn main() {}
