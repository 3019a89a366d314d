//! Loom tests of signals.

use std::future::{pending, poll_fn};
use std::sync::Arc;

use super::*;
use crate::queue::block_on;
use crate::sync::thread;
use crate::sync::watched::explore;

#[test]
fn whoever_waits_for_a_signal_sees_it() {
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
fn a_signal_cuts_off_what_would_not_end() {
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
fn what_is_driven_until_one_signal_sees_the_others_raised() {
    explore(|| {
        let signals = Arc::new(Signals::default());
        let driven = {
            let signals = Arc::clone(&signals);
            thread::spawn(move || {
                // It checks the flag and registers no waker.
                let looks = poll_fn(|_| match signals.signal(1).is_raised() {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                });
                block_on(until(signals.signal(0), looks))
            })
        };
        signals.signal(2).raise();
        signals.signal(1).raise();
        assert_eq!(driven.join().unwrap(), Some(()));
    });
}

#[test]
fn of_two_that_raise_a_signal_one_was_first() {
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
fn whoever_sees_a_signal_sees_those_that_were_raised_before() {
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
