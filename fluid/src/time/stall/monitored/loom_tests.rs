//! The abort of a stalled call, in every order of threads.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::sync::blocking::block_on;
use crate::sync::flag::Flags;
use crate::sync::loom_types::explore;
use crate::sync::thread;
use crate::time::stall::StallEvent;

#[test]
fn a_call_is_aborted_wherever_it_waits() {
    explore(|| {
        // Without a limit, each call that has not ended is stalled.
        let monitor = Arc::new(StallMonitor::new(Duration::ZERO));
        let done = Arc::new(Flags::default());
        let call = {
            let (monitor, done) = (Arc::clone(&monitor), Arc::clone(&done));
            thread::spawn(move || {
                let call = done.flag(0).raised();
                block_on(Monitored::new(Some(&*monitor), call))
            })
        };
        let (_, event) = monitor.check(true);
        let aborted = event == Some(StallEvent::Stalled);
        if !aborted {
            done.flag(0).raise();
        }
        // Without a wake-up it would wait forever.
        assert_eq!(call.join().unwrap().is_none(), aborted);
    });
}

#[test]
fn a_call_that_completes_is_not_aborted_after_it() {
    explore(|| {
        let monitor = Arc::new(StallMonitor::new(Duration::ZERO));
        let checks = {
            let monitor = Arc::clone(&monitor);
            thread::spawn(move || monitor.check(true).1)
        };
        let call = Monitored::new(Some(&*monitor), std::future::ready(()));
        assert_eq!(block_on(call), Some(()));
        let taken = monitor.take_abort();
        let stalled = checks.join().unwrap() == Some(StallEvent::Stalled);
        assert_eq!(taken, stalled);
        assert!(!monitor.take_abort());
    });
}
