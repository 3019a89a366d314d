//! Signals in every order of threads.

use std::future::{pending, poll_fn};
use std::sync::Arc;

use super::*;
use crate::queue::block_on;
use crate::sync::thread;
use crate::sync::watched::explore;

#[test]
fn a_waiter_sees_a_signal_that_is_raised() {
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
fn a_signal_cuts_off_a_future_that_never_ends() {
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
fn a_future_driven_until_one_signal_sees_the_signals_raised_before_it() {
    explore(|| {
        let signals = Arc::new(Signals::default());
        let driven = {
            let signals = Arc::clone(&signals);
            thread::spawn(move || {
                // It looks, and asks nobody to be woken.
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
fn of_two_threads_that_raise_a_signal_exactly_one_is_first() {
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
fn a_thread_that_sees_a_signal_sees_the_signals_raised_before_it() {
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
