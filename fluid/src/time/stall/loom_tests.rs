//! Signs of life in every order of threads.

use super::*;
use crate::sync::blocking::block_on;
use crate::sync::flag::Flags;
use crate::sync::loom_types::explore;
use crate::sync::thread;

const LIMIT: Duration = Duration::from_secs(10);

#[test]
fn an_aborted_call_is_cut_off_wherever_it_waits() {
    explore(|| {
        let (pulse, done) = (Arc::new(Pulse::new(LIMIT)), Arc::new(Flags::default()));
        let works = {
            let (pulse, done) = (Arc::clone(&pulse), Arc::clone(&done));
            thread::spawn(move || block_on(pulse.watch(done.flag(0).raised())))
        };
        let seen = pulse.seen();
        let doomed = !seen.rests && pulse.doom(&seen);
        if !doomed {
            done.flag(0).raise();
        }
        // If nobody wakes it, it waits for ever.
        assert_eq!(works.join().unwrap().is_none(), doomed);
    });
}
