use fluid::{worker, workers};

#[worker]
async fn pump(size: u64) {
    let _ = size;
}

struct Refused;

async fn size() -> Result<u64, Refused> {
    Err(Refused)
}

workers! {
    struct Numbers {
        pump: Pump { size: size().await? }, //~ ?
    }
}

fn main() {
    drop(Numbers::new());
}
