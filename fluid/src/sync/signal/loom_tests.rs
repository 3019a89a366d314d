//! Loom tests of signals.

use std::future::{pending, poll_fn};
use std::sync::Arc;

use super::*;
use crate::sync::blocking::block_on;
use crate::sync::thread;
use crate::sync::watched::explore;

#[test]
fn every_waiter_sees_the_signal() {
    explore(|| {
        let signal = Arc::new(Signals::default());
        let waiters = [(); 2].map(|()| {
            let signal = Arc::clone(&signal);
            thread::spawn(move || {
                block_on(signal.signal(0).raised());
                assert!(signal.signal(0).is_raised());
            })
        });
        signal.signal(0).raise();
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
}

#[test]
fn a_signal_ends_the_wait_for_a_pending_future() {
    explore(|| {
        let signal = Arc::new(Signals::default());
        let waiter = {
            let signal = Arc::clone(&signal);
            thread::spawn(move || block_on(until(signal.signal(0), pending::<()>())))
        };
        signal.signal(0).raise();
        assert_eq!(waiter.join().unwrap(), None);
    });
}

#[test]
fn a_future_in_until_sees_the_other_signals() {
    explore(|| {
        let signals = Arc::new(Signals::default());
        let driven = {
            let signals = Arc::clone(&signals);
            thread::spawn(move || {
                // It checks the flag and registers no waker.
                let check = poll_fn(|_| match signals.signal(1).is_raised() {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                });
                block_on(until(signals.signal(0), check))
            })
        };
        signals.signal(2).raise();
        signals.signal(1).raise();
        assert_eq!(driven.join().unwrap(), Some(()));
    });
}

#[test]
fn only_one_of_two_calls_of_raise_returns_true() {
    explore(|| {
        let signal = Arc::new(Signals::default());
        let other = {
            let signal = Arc::clone(&signal);
            thread::spawn(move || signal.signal(0).raise())
        };
        let here = signal.signal(0).raise();
        assert_ne!(here, other.join().unwrap());
    });
}

#[test]
fn a_raised_signal_makes_earlier_signals_visible() {
    explore(|| {
        let signals = Arc::new(Signals::default());
        let observer = {
            let signals = Arc::clone(&signals);
            thread::spawn(move || {
                if signals.signal(1).is_raised() {
                    assert!(signals.signal(0).is_raised());
                }
            })
        };
        signals.signal(0).raise();
        signals.signal(1).raise();
        observer.join().unwrap();
    });
}
