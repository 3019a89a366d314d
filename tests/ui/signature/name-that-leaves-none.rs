use fluid::worker;

#[worker]
async fn __() {} //~ __

fn main() {}
