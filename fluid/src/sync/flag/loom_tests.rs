//! Loom tests of flags.

use std::future::{pending, poll_fn};
use std::sync::Arc;

use super::*;
use crate::sync::blocking::block_on;
use crate::sync::loom_types::explore;
use crate::sync::thread;

#[test]
fn every_waiter_sees_the_signal() {
    explore(|| {
        let signal = Arc::new(Flags::default());
        let waiters = [(); 2].map(|()| {
            let signal = Arc::clone(&signal);
            thread::spawn(move || {
                block_on(signal.flag(0).raised());
                assert!(signal.flag(0).is_raised());
            })
        });
        signal.flag(0).raise();
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
}

#[test]
fn a_signal_ends_the_wait_for_a_pending_future() {
    explore(|| {
        let signal = Arc::new(Flags::default());
        let waiter = {
            let signal = Arc::clone(&signal);
            thread::spawn(move || block_on(until(signal.flag(0), pending::<()>())))
        };
        signal.flag(0).raise();
        assert_eq!(waiter.join().unwrap(), None);
    });
}

#[test]
fn a_future_in_until_sees_the_other_signals() {
    explore(|| {
        let flags = Arc::new(Flags::default());
        let driven = {
            let flags = Arc::clone(&flags);
            thread::spawn(move || {
                // It checks the flag and registers no waker.
                let check = poll_fn(|_| match flags.flag(1).is_raised() {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                });
                block_on(until(flags.flag(0), check))
            })
        };
        flags.flag(2).raise();
        flags.flag(1).raise();
        assert_eq!(driven.join().unwrap(), Some(()));
    });
}

#[test]
fn only_one_of_two_calls_of_raise_returns_true() {
    explore(|| {
        let signal = Arc::new(Flags::default());
        let other = {
            let signal = Arc::clone(&signal);
            thread::spawn(move || signal.flag(0).raise())
        };
        let here = signal.flag(0).raise();
        assert_ne!(here, other.join().unwrap());
    });
}

#[test]
fn a_raised_signal_makes_earlier_signals_visible() {
    explore(|| {
        let flags = Arc::new(Flags::default());
        let observer = {
            let flags = Arc::clone(&flags);
            thread::spawn(move || {
                if flags.flag(1).is_raised() {
                    assert!(flags.flag(0).is_raised());
                }
            })
        };
        flags.flag(0).raise();
        flags.flag(1).raise();
        observer.join().unwrap();
    });
}
