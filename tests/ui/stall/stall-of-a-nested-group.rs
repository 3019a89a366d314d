use fluid::{Workers, workers};

workers! {
    struct Outer {
        #[worker(stall = "30s", on_stall = "restart")] //~ stall
        inner: Workers = Workers::new("inner"),
    }
}

fn main() {}
