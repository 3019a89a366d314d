//! Loom tests of the state cell.

use std::sync::Arc;

use super::*;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::blocking::block_on;
use crate::sync::loom_types::explore;
use crate::sync::thread;

#[test]
fn a_waiter_for_a_state_sees_it() {
    explore(|| {
        let cell = Arc::new(StateCell::new());
        let waiter = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || block_on(cell.reached(State::Running)))
        };
        cell.advance(State::Running);
        assert_eq!(waiter.join().unwrap(), State::Running);
    });
}

#[test]
fn every_waiter_sees_its_state_or_a_later_one() {
    explore(|| {
        let cell = Arc::new(StateCell::new());
        let waiters = [State::Running, State::Stopped].map(|wanted| {
            let cell = Arc::clone(&cell);
            thread::spawn(move || assert!(block_on(cell.reached(wanted)) >= wanted))
        });
        cell.advance(State::Running);
        cell.end(State::Stopped, || true);
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
}

#[test]
fn the_final_state_makes_visible_what_was_published_with_it() {
    explore(|| {
        let cell = Arc::new(StateCell::new());
        let published = Arc::new(AtomicBool::new(false));
        let observer = {
            let (cell, published) = (Arc::clone(&cell), Arc::clone(&published));
            thread::spawn(move || {
                if cell.get().is_final() {
                    assert!(published.load(Ordering::Relaxed));
                }
            })
        };
        cell.end(State::Stopped, || {
            published.store(true, Ordering::Relaxed);
            true
        });
        observer.join().unwrap();
    });
}

#[test]
fn only_the_first_of_two_ends_counts() {
    explore(|| {
        let cell = Arc::new(StateCell::new());
        let published = Arc::new(AtomicBool::new(false));
        let end = {
            let (cell, published) = (Arc::clone(&cell), Arc::clone(&published));
            // `end` calls this under its lock, so only the first call sees `false`.
            move |last| {
                cell.end(last, || {
                    let first = !published.load(Ordering::Relaxed);
                    published.store(true, Ordering::Relaxed);
                    first
                })
            }
        };
        let forced = thread::spawn({
            let end = end.clone();
            move || end(State::ForceStopped)
        });
        let stopped = end(State::Stopped);
        assert_ne!(forced.join().unwrap(), stopped);
        let last = if stopped {
            State::Stopped
        } else {
            State::ForceStopped
        };
        assert_eq!(cell.get(), last);
    });
}

#[test]
fn a_concurrent_restart_does_not_undo_a_stop() {
    explore(|| {
        let cell = Arc::new(StateCell::new());
        cell.advance(State::Restarting);
        let restarted = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || cell.advance(State::Running))
        };
        assert!(cell.advance(State::Stopping).is_some());
        restarted.join().unwrap();
        assert_eq!(cell.get(), State::Stopping);
    });
}
