//! Counting in every order of threads.

use std::sync::Arc;

use super::*;
use crate::sync::lock::lock;
use crate::sync::watched::explore;
use crate::sync::{Mutex, thread};

#[test]
fn an_observer_sees_every_message_once() {
    explore(|| {
        let progress = Arc::new(Progress::default());
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
fn an_observer_sees_each_done_message_once_while_the_count_is_carried() {
    explore(|| {
        let progress = Arc::new(Progress::default());
        let wide = Arc::new(Mutex::new(0));
        progress.gathered(2);
        progress.handed(2);
        let observer = {
            let (progress, wide) = (Arc::clone(&progress), Arc::clone(&wide));
            thread::spawn(move || {
                let wide = lock(&wide);
                *wide + progress.seen().done
            })
        };
        progress.done(1);
        {
            let mut wide = lock(&wide);
            let seen = progress.seen();
            *wide += seen.done;
            progress.carried(seen.done);
        }
        progress.done(1);
        assert!(observer.join().unwrap() <= 2);
        assert_eq!(*lock(&wide) + progress.seen().done, 2);
    });
}

#[test]
fn a_message_from_a_fused_edge_is_accepted_before_it_is_done() {
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
