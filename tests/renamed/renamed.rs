//! Expansions in a crate that gives fluid another name.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fluid_renamed::Odd;

#[tokio::test(start_paused = true)]
async fn a_renamed_crate_is_found() {
    let sum = Arc::new(AtomicU64::new(0));
    let running = Odd::new(Arc::clone(&sum)).startup().await.unwrap();
    // Four beats: 1, 2, 3 and 4.
    tokio::time::sleep(Duration::from_millis(3500)).await;
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(sum.load(Ordering::Relaxed), 1 + 3);
}
