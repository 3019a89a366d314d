use fluid::{Context, Error, consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn one() -> u64 {
    1
}

#[worker(heartbeat = "1s")]
async fn maybe() -> Option<u64> {
    None
}

#[worker(heartbeat = "1s")]
async fn each() -> Vec<u64> {
    vec![]
}

#[worker(heartbeat = "1s")]
async fn one_or_error() -> Result<u64, std::num::ParseIntError> {
    "1".parse()
}

#[worker(heartbeat = "1s")]
async fn each_or_error() -> Result<Vec<u64>, Error> {
    Err("none".into())
}

#[worker]
async fn never(ctx: &Context) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    ctx.stopping().await;
    Ok(())
}

#[worker]
async fn unit(ctx: &Context) -> () {
    ctx.stopping().await;
}

#[worker(heartbeat = "1s")]
async fn io() -> std::io::Result<Option<u64>> {
    Ok(None)
}

#[consumer]
async fn store(number: u64) -> std::fmt::Result {
    println!("{number}");
    Ok(())
}

workers! {
    struct Returns {
        one: One,
        maybe: Maybe,
        each: Each,
        one_or_error: OneOrError,
        each_or_error: EachOrError,
        never: Never,
        unit: Unit,
        io: Io,
        store: Store,
    }

    (one, maybe, each, one_or_error, each_or_error, io) => store;
}

#[test]
fn every_return_type_compiles() {
    assert_eq!(Returns::new().num_workers(), 9);
}
