//! The work of all contenders: numbers are sent, and their sum is known.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A message that carries a number.
pub trait Payload: Copy + Send + Sync + Unpin + 'static {
    fn of(number: u64) -> Self;

    fn number(self) -> u64;
}

impl Payload for u64 {
    fn of(number: u64) -> Self {
        number
    }

    fn number(self) -> u64 {
        self
    }
}

/// 64 bytes.
impl Payload for [u64; 8] {
    fn of(number: u64) -> Self {
        [number; 8]
    }

    fn number(self) -> u64 {
        self[7]
    }
}

/// How many numbers to send, and where the sum is reported.
#[derive(Clone, Debug)]
pub struct Work {
    pub messages: u64,
    total: Arc<AtomicU64>,
}

impl Work {
    pub fn new(messages: u64) -> Self {
        Self {
            messages,
            total: Arc::default(),
        }
    }

    /// The sum of one task that handles messages.
    pub fn sum(&self) -> Sum {
        Sum {
            of: 0,
            total: Arc::clone(&self.total),
        }
    }

    /// The numbers to be sent.
    pub const fn numbers(&self) -> std::ops::Range<u64> {
        0..self.messages
    }

    /// The numbers to be sent, in portions.
    pub const fn rest(&self) -> Rest {
        Rest(self.numbers())
    }

    /// One of four parts of the numbers.
    pub const fn quarter(&self, which: u64) -> std::ops::Range<u64> {
        which * self.messages / 4..(which + 1) * self.messages / 4
    }

    /// Checks that every number was handled `times` times.
    pub fn check(&self, times: u64) {
        let expected = times * self.messages * (self.messages - 1) / 2;
        let total = self.total.load(Ordering::SeqCst);
        assert_eq!(total, expected, "not every message was handled");
    }
}

/// The numbers that remain to be sent, in portions of 64.
#[derive(Debug)]
pub struct Rest(std::ops::Range<u64>);

impl Rest {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn portion(&mut self) -> Vec<u64> {
        self.0.by_ref().take(64).collect()
    }
}

/// A sum of numbers. It is reported when it is dropped, so that tasks share nothing while they handle messages.
#[derive(Debug)]
pub struct Sum {
    of: u64,
    total: Arc<AtomicU64>,
}

impl Sum {
    pub fn add(&mut self, number: impl Payload) {
        self.of = self.of.wrapping_add(number.number());
    }
}

impl Drop for Sum {
    fn drop(&mut self) {
        self.total.fetch_add(self.of, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portions_and_the_quarters_are_all_numbers() {
        let work = Work::new(1_000);
        let (mut sum, mut rest) = (work.sum(), work.rest());
        while !rest.is_empty() {
            rest.portion()
                .into_iter()
                .for_each(|number| sum.add(number));
        }
        let quarters = (0..4).flat_map(|which| work.quarter(which));
        quarters.for_each(|number| sum.add(number));
        drop(sum);
        work.check(2);
    }

    #[test]
    #[should_panic(expected = "not every message was handled")]
    fn a_number_that_is_missing_is_noticed() {
        let work = Work::new(10);
        let mut sum = work.sum();
        work.numbers().skip(2).for_each(|number| sum.add(number));
        drop(sum);
        work.check(1);
    }
}
