//! A crate that gives fluid another name, and uses none of its features. Expansions name `::fluid`, which the
//! `extern crate` below declares.

extern crate flow as fluid;

use flow::{Output, consumer, worker, workers};

/// Counts.
#[worker(heartbeat = "1s")]
pub async fn count(next: &mut u64) -> u64 {
    *next += 1;
    *next
}

/// Sorts numbers.
#[consumer]
pub async fn sort(number: u64, odd: &Output<u64>) {
    if number % 2 == 1 {
        // A message that is refused at the end is counted.
        let _ = odd.send(number).await;
    }
}

/// Adds numbers up.
#[consumer]
pub async fn add(number: u64, sum: &std::sync::atomic::AtomicU64) {
    sum.fetch_add(number, std::sync::atomic::Ordering::Relaxed);
}

workers! {
    /// Adds up the odd numbers.
    pub struct Odd(sum: std::sync::atomic::AtomicU64) {
        count: Count { next: 0 },
        sort: Sort,
        total: Add { sum },
    }

    count => sort;
    sort.odd => total;
}
