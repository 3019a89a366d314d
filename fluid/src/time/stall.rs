//! The signs of life of a worker that has a `stall`.
//!
//! Each lane of each life has a [`Pulse`]. It *works* while a call of the user's code is under way, and must then
//! give signs of life; whenever it waits for something that others bring about it *rests*, and none are expected.
//! The group's supervisor looks at it when a stall could have come true, and not before, so that a message costs
//! no timer. Nor does work that never waits read the clock: it is counted, and whoever looks notes when. One that
//! stalls and is to be restarted is *doomed*: the work is cut off where it awaits.
//!
//! Invariants:
//!
//! 1. Only what has given no sign of life since the supervisor looked is doomed.
//! 2. What is doomed stays so until its work was cut off, or came back by itself and was told.
//! 3. The innermost work is the one that is cut off.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Instant;

use crate::sync::Mutex;
use crate::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use crate::sync::lock::lock;

/// A single poll that takes this long, or as long as a stall, blocks its thread.
const BLOCKS: Duration = Duration::from_millis(100);

/// The signs of life of one lane in one life.
#[derive(Debug)]
pub struct Pulse {
    /// All times are nanoseconds since a moment before this, so that none is zero.
    began: Instant,
    limit: Duration,
    /// The last sign of life, twice; and one more if it is doomed.
    last: AtomicU64,
    /// How often work began, or ended without having waited: signs of life without a time.
    signs: AtomicU64,
    /// How many of them `last` is no earlier than.
    stamped: AtomicU64,
    /// How many there were when they were last looked at, and since when so many.
    noted: Mutex<(u64, u64)>,
    /// Work is polled for the first time.
    first: AtomicBool,
    /// For how many reasons it rests.
    rests: AtomicU32,
    /// When the poll began that is under way; zero if there is none.
    polled: AtomicU64,
    /// The last stall that was told: its sign of life, twice; and one more if it blocked its thread.
    told: AtomicU64,
    /// What wakes the task that works.
    waker: Mutex<Option<Waker>>,
}

const DOOMED: u64 = 1;

/// A pulse at one instant.
pub(crate) struct SeenSigns {
    /// How long ago the last sign of life was.
    pub(crate) silent: Duration,
    pub(crate) rests: bool,
    pub(crate) stalls: bool,
    /// It stalls, and its task was polled and has not come back.
    pub(crate) blocks: bool,
    /// When there may be more to see, if it gives no further sign.
    pub(crate) look_again: Instant,
    last: u64,
    signs: u64,
    /// What the pulse itself says of the last sign of life.
    stamp: u64,
}

/// What is known of all lanes of one life at one instant.
pub(crate) struct Signs {
    /// How long ago the last sign of life was: of the lane that is silent for longest if any works, or else
    /// of the one that worked last.
    pub(crate) last: Duration,
    pub(crate) stalled: bool,
    pub(crate) blocked: bool,
}

impl Signs {
    pub(crate) fn of(pulses: &[Arc<Pulse>]) -> Option<Self> {
        let seen: Vec<_> = pulses.iter().map(|pulse| pulse.seen()).collect();
        let working = seen.iter().filter(|seen| !seen.rests);
        let longest = working.map(|seen| seen.silent).max();
        let last = longest.or_else(|| seen.iter().map(|seen| seen.silent).min())?;
        Some(Self {
            last,
            stalled: seen.iter().any(|seen| seen.stalls),
            blocked: seen.iter().any(|seen| seen.blocks),
        })
    }
}

/// What is new about a stall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// It is a new one.
    Stalls,
    /// It is now known that the thread is blocked.
    Blocks,
}

impl Pulse {
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            began: Instant::now(),
            limit,
            last: AtomicU64::new(1 << 1),
            signs: AtomicU64::new(0),
            stamped: AtomicU64::new(0),
            noted: Mutex::new((0, 1)),
            first: AtomicBool::new(false),
            // No work is under way.
            rests: AtomicU32::new(1),
            polled: AtomicU64::new(0),
            told: AtomicU64::new(0),
            waker: Mutex::new(None),
        }
    }

    pub(crate) const fn limit(&self) -> Duration {
        self.limit
    }

    fn now(&self) -> u64 {
        // Of 64 bits, one is for the doom: that leaves 292 years.
        self.began.elapsed().as_nanos() as u64 + 1
    }

    fn at(&self, time: u64) -> Instant {
        self.began + Duration::from_nanos(time - 1)
    }

    /// A sign of life. It does not save what is doomed.
    pub(crate) fn report_progress(&self) {
        let before = self.last.swap(self.now() << 1, Ordering::AcqRel);
        if before & DOOMED != 0 {
            self.last.fetch_or(DOOMED, Ordering::AcqRel);
        }
    }

    /// A sign of life from within the work. Returns whether the work should go no further.
    pub(crate) fn report_progress_at_work(&self) -> bool {
        if self.is_resting() {
            return false;
        }
        self.report_progress();
        self.is_doomed()
    }

    /// A sign of life without a time. Only the one task that works here gives any.
    fn count(&self) {
        let signs = self.signs.load(Ordering::Relaxed);
        self.signs.store(signs + 1, Ordering::Release);
    }

    /// Gives the signs so far a time.
    fn stamp(&self) {
        let signs = self.signs.load(Ordering::Acquire);
        self.report_progress();
        self.stamped.store(signs, Ordering::Release);
    }

    /// Rests, until what is returned is dropped, which is a sign of life.
    pub(crate) fn rest(&self) -> Rest<&Self> {
        self.rest_begins();
        Rest(self)
    }

    /// The same, for whoever cannot borrow it.
    pub(crate) fn rest_long(this: &Arc<Self>) -> Rest<Arc<Self>> {
        this.rest_begins();
        Rest(Arc::clone(this))
    }

    fn rest_begins(&self) {
        if self.signs.load(Ordering::Acquire) != self.stamped.load(Ordering::Acquire) {
            self.stamp();
        }
        self.rests.fetch_add(1, Ordering::AcqRel);
    }

    fn is_resting(&self) -> bool {
        self.rests.load(Ordering::Acquire) > 0
    }

    fn is_doomed(&self) -> bool {
        self.last.load(Ordering::Acquire) & DOOMED != 0
    }

    /// Whether it was doomed, of which it is free now.
    pub(crate) fn take_doom(&self) -> bool {
        self.is_doomed() && self.last.fetch_and(!DOOMED, Ordering::AcqRel) & DOOMED != 0
    }

    /// Drives work that must give signs of life.
    #[cfg(test)]
    pub(crate) const fn watch<F: Future>(&self, work: F) -> Watched<'_, F> {
        Watched::new(Some(self), work)
    }

    /// Whether work that has been polled is cut off.
    fn is_cut_off(&self, was_doomed: bool, waker: &Waker) -> bool {
        self.wake_by(waker);
        if !self.is_doomed() || self.is_resting() {
            return false;
        }
        // Had there been other work within this one, it would have been cut off by now.
        if was_doomed && self.take_doom() {
            return true;
        }
        waker.wake_by_ref();
        false
    }

    fn wake_by(&self, waker: &Waker) {
        let mut known = lock(&self.waker);
        if !known.as_ref().is_some_and(|known| known.will_wake(waker)) {
            *known = Some(waker.clone());
        }
    }

    /// What can be seen of it now.
    pub(crate) fn seen(&self) -> SeenSigns {
        // In the opposite order of that in which they are written: a rest that has just ended is seen
        // with the sign of life that ended it.
        let polled = self.polled.load(Ordering::Acquire);
        let first = self.first.load(Ordering::Acquire);
        let rests = self.is_resting();
        let signs = self.signs.load(Ordering::Acquire);
        let stamped = self.stamped.load(Ordering::Acquire);
        let stamp = self.last.load(Ordering::Acquire) >> 1;
        let now = self.now();
        let last = if signs == stamped {
            stamp
        } else {
            stamp.max(self.note(signs, now))
        };
        let since = |time: u64| Duration::from_nanos(now.saturating_sub(time));
        let silent = since(last);
        let stalls = !rests && silent >= self.limit;
        let long = BLOCKS.min(self.limit);
        // A first poll does not say when it began: no later than what it is silent for.
        let began = match (polled, first) {
            (0, false) => None,
            (0, true) => Some(last + self.limit.as_nanos() as u64),
            (polled, _) => Some(polled),
        };
        let look_again = match began {
            _ if rests => self.at(now) + self.limit,
            _ if !stalls => self.at(last) + self.limit,
            Some(began) if since(began) < long => self.at(began) + long,
            _ => self.at(now) + self.limit,
        };
        SeenSigns {
            silent,
            rests,
            stalls,
            blocks: stalls && began.is_some_and(|began| since(began) >= long),
            look_again,
            last,
            signs,
            stamp,
        }
    }

    /// Since when, at the latest, there have been so many signs of life.
    fn note(&self, signs: u64, now: u64) -> u64 {
        let mut noted = lock(&self.noted);
        if noted.0 != signs {
            *noted = (signs, now);
        }
        noted.1
    }

    /// What is new about a stall that was seen, which is no longer new then.
    pub(crate) fn news(&self, seen: &SeenSigns) -> Option<News> {
        if !seen.stalls {
            return None;
        }
        let found = seen.last << 1 | u64::from(seen.blocks);
        let before = self.told.fetch_max(found, Ordering::Relaxed);
        if before >> 1 == seen.last {
            (before < found).then_some(News::Blocks)
        } else {
            Some(News::Stalls)
        }
    }

    /// Lets the work be cut off, unless it has given a sign of life since it was seen. Returns whether it is.
    pub(crate) fn doom(&self, seen: &SeenSigns) -> bool {
        if self.signs.load(Ordering::Acquire) != seen.signs {
            return false;
        }
        let last = seen.stamp << 1;
        let doomed =
            self.last
                .compare_exchange(last, last | DOOMED, Ordering::AcqRel, Ordering::Relaxed);
        if doomed.is_err() {
            return false;
        }
        let waker = lock(&self.waker).take();
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }
}

/// A pulse rests, until this is dropped.
pub(crate) struct Rest<P: Deref<Target = Pulse>>(P);

impl<P: Deref<Target = Pulse>> Drop for Rest<P> {
    fn drop(&mut self) {
        self.0.report_progress();
        self.0.rests.fetch_sub(1, Ordering::AcqRel);
    }
}

pin_project! {
    /// Work that must give signs of life, if a pulse is looked at. Nothing comes of it if it was doomed and cut off
    /// where it awaits.
    ///
    /// Work that is doomed and ends by itself is returned; [`Pulse::take_doom`] tells. Work that is ready when it is
    /// first polled reads no clock.
    pub(crate) struct Watched<'a, F> {
        pulse: Option<&'a Pulse>,
        // Dropped before it counts as ended.
        #[pin]
        work: F,
        working: Option<Working<'a>>,
    }
}

impl<'a, F> Watched<'a, F> {
    pub(crate) const fn new(pulse: Option<&'a Pulse>, work: F) -> Self {
        Self {
            pulse,
            work,
            working: None,
        }
    }
}

impl<F: Future> Future for Watched<'_, F> {
    type Output = Option<F::Output>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.pulse {
            None => self.project().work.poll(cx).map(Some),
            Some(pulse) => self.poll_watched(pulse, cx),
        }
    }
}

impl<'a, F: Future> Watched<'a, F> {
    fn poll_watched(
        self: Pin<&mut Self>,
        pulse: &'a Pulse,
        cx: &mut Context<'_>,
    ) -> Poll<Option<F::Output>> {
        let this = self.project();
        let mut was_doomed = false;
        let polled = if this.working.is_some() {
            was_doomed = pulse.is_doomed();
            let _polled = Polled::begin(pulse, pulse.now());
            this.work.poll(cx)
        } else {
            let mut working = Working::begin(pulse);
            let first = First::begin(pulse);
            let polled = this.work.poll(cx);
            drop(first);
            if polled.is_pending() {
                working.wait();
                *this.working = Some(working);
            }
            polled
        };
        match polled {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if pulse.is_cut_off(was_doomed, cx.waker()) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Work is under way, until this is dropped.
struct Working<'a> {
    pulse: &'a Pulse,
    /// Its signs of life have a time.
    waits: bool,
}

impl<'a> Working<'a> {
    fn begin(pulse: &'a Pulse) -> Self {
        // Whatever doomed the work before has nothing to do with this one.
        pulse.take_doom();
        pulse.count();
        pulse.rests.fetch_sub(1, Ordering::AcqRel);
        Self {
            pulse,
            waits: false,
        }
    }

    /// It waits for the first time.
    fn wait(&mut self) {
        self.waits = true;
        self.pulse.stamp();
    }
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        if self.waits {
            self.pulse.report_progress();
        } else {
            self.pulse.count();
        }
        self.pulse.rests.fetch_add(1, Ordering::AcqRel);
    }
}

/// A first poll is under way, until this is dropped: perhaps within another one.
struct First<'a> {
    pulse: &'a Pulse,
    around: bool,
}

impl<'a> First<'a> {
    fn begin(pulse: &'a Pulse) -> Self {
        let around = pulse.first.load(Ordering::Relaxed);
        pulse.first.store(true, Ordering::Release);
        Self { pulse, around }
    }
}

impl Drop for First<'_> {
    fn drop(&mut self) {
        self.pulse.first.store(self.around, Ordering::Release);
    }
}

/// A poll is under way, until this is dropped: perhaps within another one.
struct Polled<'a> {
    pulse: &'a Pulse,
    around: u64,
}

impl<'a> Polled<'a> {
    fn begin(pulse: &'a Pulse, now: u64) -> Self {
        let around = pulse.polled.swap(now, Ordering::AcqRel);
        Self { pulse, around }
    }
}

impl Drop for Polled<'_> {
    fn drop(&mut self) {
        self.pulse.polled.store(self.around, Ordering::Release);
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;

#[cfg(test)]
mod tests;
