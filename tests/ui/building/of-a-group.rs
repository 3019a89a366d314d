use fluid::{worker, workers};

#[worker]
async fn pump() {}

workers! {
    struct Inner {
        pump: Pump,
    }
}

async fn inner() -> Inner {
    Inner::new()
}

workers! {
    struct Outer {
        inner: Inner = inner().await, //~ Inner
    }
}

fn main() {
    drop(Outer::new());
}
