//! The workers of the hot paths.

use std::hint::black_box;

use fluid::{Output, consumer, worker};

/// Sends numbers.
#[worker]
pub(crate) async fn source(many: &u64, numbers: &Output<u64>) {
    for number in 0..*many {
        let _ = numbers.send(number).await;
    }
}

/// Sends the first number of each portion of 64.
#[worker]
pub(crate) async fn portions(many: &u64, begins: &Output<u64>) {
    for begin in (0..*many).step_by(64) {
        let _ = begins.send(begin).await;
    }
}

/// The numbers of a portion.
#[consumer]
pub(crate) async fn open(begin: u64) -> Vec<u64> {
    (begin..begin + 64).collect()
}

/// Passes a number on.
#[consumer]
pub(crate) async fn pass(number: u64) -> u64 {
    number
}

/// Passes a number on, as a function that could fail.
#[consumer]
pub(crate) async fn filter(number: u64) -> Option<u64> {
    (number < u64::MAX).then_some(number)
}

/// Does nothing with a number.
#[consumer]
pub(crate) async fn sink(number: u64) {
    black_box(number);
}
