//! Who ends the process when an expansion does not end.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use std::{io, process, thread};

use super::{mutate, seeds};

/// An input takes a millisecond or two. No machine is so busy that it takes so long.
const LONGEST: Duration = Duration::from_secs(10);

/// Watches the work on one input after the other, until it is dropped.
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
            // A time-out means that nobody has dropped the watch.
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

    /// The work on this input begins.
    pub(super) fn begin(&self, number: u64) {
        self.number.store(number, SeqCst);
        self.busy.store(true, SeqCst);
    }

    /// The work has ended; what follows may take long.
    pub(super) fn rest(&self) {
        self.busy.store(false, SeqCst);
    }
}

/// Names the input, and ends the process: there is no other way out of a loop without end. Standard
/// error is written as it is, past what the test harness keeps of it.
fn hung(number: u64) -> ! {
    let seconds = LONGEST.as_secs();
    let replay = super::replay(number);
    let told = format!("\nthe input {number} takes more than {seconds} s: {replay}\n");
    let _ = io::stderr().write_all(told.as_bytes());
    let text = mutate::input(number, &seeds::read()).text();
    let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
    process::abort();
}
