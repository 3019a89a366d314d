//! Counting in every order of threads.

use std::sync::Arc;

use super::*;
use crate::sync::thread;
use crate::sync::watched::explore;

#[test]
fn a_seal_takes_over_all_but_what_was_done_before() {
    explore(|| {
        let progress = Arc::new(Progress::default());
        progress.fetched(1);
        let stuck = {
            let progress = Arc::clone(&progress);
            thread::spawn(move || {
                // Told with each move whether it still counts.
                let moves = [progress.done_and_taken(), progress.done(1)];
                moves.iter().filter(|seen| !seen.sealed).count() as u64
            })
        };
        let seen = progress.seal();
        assert!(!seen.sealed);
        assert_eq!(seen.done + seen.fetched + seen.in_hand, 2);
        assert_eq!(seen.done, stuck.join().unwrap());
    });
}

#[test]
fn a_done_count_that_is_carried_is_neither_lost_nor_doubled() {
    explore(|| {
        let progress = Arc::new(Progress::default());
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
