//! Counting in every order of threads.

use std::sync::Arc;

use super::*;
use crate::sync::thread;
use crate::sync::watched::explore;

#[test]
fn whoever_looks_sees_every_message_once() {
    explore(|| {
        let progress = Arc::new(Progress::new(1));
        progress.fetched(1);
        let worker = {
            let progress = Arc::clone(&progress);
            thread::spawn(move || {
                progress.done_and_taken();
                progress.done(1);
            })
        };
        let seen = progress.seen();
        assert_eq!(seen.done + seen.fetched + seen.in_hand, 2);
        worker.join().unwrap();
        assert_eq!(progress.seen().done, 2);
    });
}

#[test]
fn several_that_count_at_once_lose_nothing() {
    explore(|| {
        let progress = Arc::new(Progress::new(2));
        let other = {
            let progress = Arc::clone(&progress);
            thread::spawn(move || {
                progress.fetched(0);
                progress.done(1);
            })
        };
        progress.fetched(0);
        progress.done(1);
        other.join().unwrap();
        assert_eq!(progress.seen().done, 2);
    });
}

#[test]
fn a_done_count_that_is_carried_is_neither_lost_nor_doubled() {
    explore(|| {
        let progress = Arc::new(Progress::new(2));
        progress.gathered(2);
        progress.handed(2);
        let worker = {
            let progress = Arc::clone(&progress);
            thread::spawn(move || {
                progress.done(1);
                progress.done(1);
            })
        };
        let seen = progress.seen();
        progress.carried(seen.done);
        worker.join().unwrap();
        assert_eq!(seen.done + progress.seen().done, 2);
    });
}

#[test]
fn nothing_handed_over_directly_is_done_before_it_is_accepted() {
    explore(|| {
        let direct = Arc::new(Direct::default());
        let observer = {
            let direct = Arc::clone(&direct);
            thread::spawn(move || {
                // It would panic rather than count less than nothing in hand.
                let seen = direct.handed();
                assert!(seen.done + seen.in_hand <= seen.accepted);
            })
        };
        direct.accepted();
        direct.done();
        direct.accepted();
        direct.let_go();
        observer.join().unwrap();
        let end = Handed {
            accepted: 2,
            done: 1,
            in_hand: 0,
        };
        assert_eq!(direct.handed(), end);
    });
}
