//! Values whose `drop` panics. The runtime drops each within a catch of its own, and goes on.

mod callbacks;
mod failures;
mod ports;
mod queues;
mod senders;
mod workers;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes values that panic when they are dropped, and counts their drops.
#[derive(Clone, Default)]
struct Bombs(Arc<Tallies>);

#[derive(Default)]
struct Tallies {
    made: AtomicU64,
    dropped: AtomicU64,
}

impl Bombs {
    fn one(&self) -> Bomb {
        self.0.made.fetch_add(1, Ordering::SeqCst);
        Bomb {
            bombs: self.clone(),
            armed: true,
        }
    }

    /// Waits until all were dropped, which may happen on another thread.
    fn all_dropped(&self) {
        let made = self.0.made.load(Ordering::SeqCst);
        while self.0.dropped.load(Ordering::SeqCst) < made {
            std::thread::yield_now();
        }
        assert_eq!(self.0.dropped.load(Ordering::SeqCst), made);
    }
}

/// Panics when it is dropped.
struct Bomb {
    bombs: Bombs,
    armed: bool,
}

impl Bomb {
    /// Panics with it.
    fn thrown(self) {
        std::panic::panic_any(self);
    }

    /// Drops it without a panic.
    fn defuse(mut self) {
        self.armed = false;
    }
}

impl Clone for Bomb {
    fn clone(&self) -> Self {
        self.bombs.one()
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        self.bombs.0.dropped.fetch_add(1, Ordering::SeqCst);
        if self.armed {
            panic!("a bomb was dropped");
        }
    }
}
