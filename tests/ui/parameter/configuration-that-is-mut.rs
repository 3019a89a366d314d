use fluid::{consumer, workers};

#[consumer]
async fn count(_line: String, mut lines: u64) { //~ mut
    lines += 1;
    println!("{lines}");
}

workers! {
    struct Lines {
        pub count: Count { lines: 0 },
    }
}

fn main() {}
