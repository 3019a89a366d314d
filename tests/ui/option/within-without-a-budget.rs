use fluid::consumer;

#[consumer(on_error = "forget", within = "1m")] //~ within
async fn store(number: u64) {
    println!("{number}");
}

fn main() {}
