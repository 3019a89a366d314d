use std::future::ready;
use std::rc::Rc;

use fluid::{worker, workers};

#[worker]
async fn pump(size: u64) {
    let _ = size;
}

workers! {
    struct Numbers {
        pump: Pump { //~ Pump
            size: {
                let local = Rc::new(1);
                ready(*local).await
            },
        },
    }
}

fn main() {
    drop(Numbers::new());
}
