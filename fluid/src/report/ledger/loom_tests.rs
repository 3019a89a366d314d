//! Counting in every order of threads.

use std::sync::Arc;

use super::*;
use crate::sync::loom_types::explore;
use crate::sync::thread;

#[test]
fn a_message_from_a_fused_edge_is_accepted_before_it_is_done() {
    explore(|| {
        let progress = Arc::new(Progress::default());
        let observer = {
            let progress = Arc::clone(&progress);
            thread::spawn(move || {
                let seen = progress.seen();
                assert!(seen.done <= seen.direct);
            })
        };
        for _ in 0..2 {
            progress.accept_direct();
            progress.complete(1);
        }
        observer.join().unwrap();
        assert_eq!(progress.seen(), Seen { direct: 2, done: 2 });
    });
}
