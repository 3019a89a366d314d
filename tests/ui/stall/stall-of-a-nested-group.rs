use fluid::{Workers, workers};

workers! {
    struct Outer {
        #[worker(stall = "30s", on_stall = "restart")]
        inner: Workers = Workers::new("inner"), //~ Workers
    }
}

fn main() {}
