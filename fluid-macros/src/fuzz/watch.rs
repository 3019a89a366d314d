//! A watchdog that ends the process if an expansion hangs.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use std::{io, process, thread};

use super::{mutate, seeds};

/// The time limit of one input, which normally takes one or two milliseconds.
const LONGEST: Duration = Duration::from_secs(10);

/// Monitors the work on each input, until it is dropped.
pub(super) struct Watch {
    number: Arc<AtomicU64>,
    busy: Arc<AtomicBool>,
    _ended: mpsc::Sender<()>,
}

impl Watch {
    pub(super) fn start() -> Self {
        let (ended, end) = mpsc::channel::<()>();
        let (number, busy) = (
            Arc::new(AtomicU64::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let watch = Self {
            number: Arc::clone(&number),
            busy: Arc::clone(&busy),
            _ended: ended,
        };
        thread::spawn(move || {
            let mut seen = None;
            // A timeout means that the watch still exists.
            while end.recv_timeout(LONGEST) == Err(mpsc::RecvTimeoutError::Timeout) {
                let now = busy.load(SeqCst).then(|| number.load(SeqCst));
                if now.is_some() && now == seen {
                    hung(now.unwrap_or_default());
                }
                seen = now;
            }
        });
        watch
    }

    /// Called before the work on an input.
    pub(super) fn begin(&self, number: u64) {
        self.number.store(number, SeqCst);
        self.busy.store(true, SeqCst);
    }

    /// Called after the work on an input. Later work has no limit.
    pub(super) fn rest(&self) {
        self.busy.store(false, SeqCst);
    }
}

/// Prints the input and ends the process, because a thread in an endless loop cannot be stopped. It writes to
/// standard error directly, because the test harness captures `eprintln!`.
fn hung(number: u64) -> ! {
    let seconds = LONGEST.as_secs();
    let replay = super::replay(number);
    let told = format!("\nthe input {number} takes more than {seconds} s: {replay}\n");
    let _ = io::stderr().write_all(told.as_bytes());
    let text = mutate::input(number, &seeds::read()).text();
    let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
    process::abort();
}
