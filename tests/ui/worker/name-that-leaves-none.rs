use fluid::worker;

#[worker]
async fn __() {}

fn main() {}
