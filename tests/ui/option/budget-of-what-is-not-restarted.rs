use fluid::consumer;

#[consumer(on_error = "stop", max_restarts = 3)] //~ max_restarts
async fn store(number: u64) {
    println!("{number}");
}

fn main() {}
