//! The work that is the same for all: numbers are sent, and their sum is known.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many numbers to send, and where their sum is to be told.
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

    /// The sum that one of those who handle messages keeps for itself.
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

    /// One of four parts of them.
    pub const fn quarter(&self, which: u64) -> std::ops::Range<u64> {
        which * self.messages / 4..(which + 1) * self.messages / 4
    }

    /// Whether every number was handled so many times.
    pub fn check(&self, times: u64) {
        let expected = times * self.messages * (self.messages - 1) / 2;
        let total = self.total.load(Ordering::SeqCst);
        assert_eq!(total, expected, "not every message was handled");
    }
}

/// A sum of numbers. It is told when it is dropped, so that nothing is shared while messages are handled.
#[derive(Debug)]
pub struct Sum {
    of: u64,
    total: Arc<AtomicU64>,
}

impl Sum {
    pub const fn add(&mut self, number: u64) {
        self.of = self.of.wrapping_add(number);
    }
}

impl Drop for Sum {
    fn drop(&mut self) {
        self.total.fetch_add(self.of, Ordering::SeqCst);
    }
}
