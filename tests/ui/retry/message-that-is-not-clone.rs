use fluid::consumer;

struct Unique(u64);

#[consumer(retry = 3)]
async fn store(unique: Unique) -> Result<(), String> { //~ Unique
    Err(unique.0.to_string())
}

fn main() {}
