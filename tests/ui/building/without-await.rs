use fluid::{worker, workers};

#[worker]
async fn pump(size: u64) {
    let _ = size;
}

async fn size() -> u64 {
    1
}

workers! {
    struct Numbers {
        pump: Pump { size: size() }, //~ size()
    }
}

fn main() {
    drop(Numbers::new());
}
