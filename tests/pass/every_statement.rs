#![deny(warnings)]

use fluid::{Output, consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> Vec<u64> {
    vec![1]
}

#[consumer]
async fn double(number: u64, odd: &Output<u64>) -> u64 {
    let _ = odd.send(number).await;
    2 * number
}

#[consumer]
async fn store(number: u64) {
    println!("{number}");
}

async fn report(name: &str) -> Result<(), std::io::Error> {
    println!("{name}");
    Ok(())
}

workers! {
    #[workers(name = "all", grace = "1s")]
    struct All(name: str) {
        poll: Poll,
        second: Poll,
        double: Double,
        again: Double,
        store: Store,
        #[consumer(stop = "last")]
        rest: Store,
    }

    (poll, second) => double => (again, store);
    again ~> double;
    double.odd => rest;
    again.odd => _;
    every("30s", jitter = "5s", name = "reports", on_error = "skip") => report(&name).await;
    after("5s") => report(&name).await;
    on_signal("SIGHUP", name = "reload") => report(&name).await;
    on_startup => report(&name).await;
    on_stopping => report(&name).await;
    on_shutdown => println!("{}", group.is_running());
    after_shutdown(exit) => println!("{exit}");
    after_shutdown => println!("bye");
}

#[test]
fn every_statement_compiles() {
    let all = All::new("all");
    assert_eq!(all.worker_name(), "all");
    assert_eq!(All::GRAPH.callbacks.len(), 8);
}
