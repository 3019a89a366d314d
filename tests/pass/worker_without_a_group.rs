#![deny(warnings)]

use fluid::{Output, WorkerExt, consumer};

#[consumer]
async fn parse(number: u64, rejected: &Output<u64>) {
    let _ = rejected.send(number).await;
}

#[test]
fn a_worker_needs_no_group() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let exit = runtime.block_on(async { Parse.startup().await.unwrap().shutdown().await });
    assert!(exit.is_success());
}
