//! Signals in every order of threads.

use std::future::pending;
use std::sync::Arc;

use super::*;
use crate::queue::block_on;
use crate::sync::thread;
use crate::sync::watched::explore;

#[test]
fn whoever_waits_for_a_signal_sees_it() {
    explore(|| {
        let signal = Arc::new(Signal::default());
        let waiters = [(); 2].map(|()| {
            let signal = Arc::clone(&signal);
            thread::spawn(move || {
                block_on(signal.raised());
                assert!(signal.is_raised());
            })
        });
        signal.raise();
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
}

#[test]
fn a_signal_cuts_off_what_would_not_end() {
    explore(|| {
        let signal = Arc::new(Signal::default());
        let waiter = {
            let signal = Arc::clone(&signal);
            thread::spawn(move || block_on(until(&signal, pending::<()>())))
        };
        signal.raise();
        assert_eq!(waiter.join().unwrap(), None);
    });
}

#[test]
fn of_two_that_raise_a_signal_one_was_first() {
    explore(|| {
        let signal = Arc::new(Signal::default());
        let other = {
            let signal = Arc::clone(&signal);
            thread::spawn(move || signal.raise())
        };
        let here = signal.raise();
        assert_ne!(here, other.join().unwrap());
    });
}

#[test]
fn whoever_sees_a_signal_sees_those_that_were_raised_before() {
    explore(|| {
        let signals = Arc::new([Signal::default(), Signal::default()]);
        let observer = {
            let signals = Arc::clone(&signals);
            thread::spawn(move || {
                if signals[1].is_raised() {
                    assert!(signals[0].is_raised());
                }
            })
        };
        signals[0].raise();
        signals[1].raise();
        observer.join().unwrap();
    });
}
