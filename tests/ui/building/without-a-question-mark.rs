use fluid::{worker, workers};

#[worker]
async fn pump(size: u64) {
    let _ = size;
}

async fn open() -> Result<Pump, std::io::Error> {
    Ok(Pump { size: 1 })
}

workers! {
    struct Numbers {
        pump: Pump = open().await, //~ open().await
    }
}

fn main() {
    drop(Numbers::new());
}
