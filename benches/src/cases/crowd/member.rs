//! The work of the members of a crowd, and the measurement of the crowd.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fluid_benches::machine::kibibytes;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::comparison::Figure;

/// The time between two beats.
pub const BEAT: Duration = Duration::from_secs(1);

/// How many members there are.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Members with a heartbeat.
    pub beating: u64,
    /// Members that wait for messages.
    pub listening: u64,
}

impl Size {
    pub const FEW: Self = Self {
        beating: 10,
        listening: 10,
    };

    const fn all(self) -> u64 {
        self.beating + self.listening
    }
}

/// The state of one member. It is the same for all contenders.
#[derive(Debug)]
pub struct Member {
    begun: bool,
    seen: Arc<Seen>,
}

impl Member {
    /// A beat, or the only message.
    pub fn beat(&mut self) {
        self.seen.beats.fetch_add(1, Ordering::Relaxed);
        if !self.begun {
            self.begun = true;
            self.seen.count(&self.seen.begun);
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.seen.count(&self.seen.gone);
    }
}

/// A crowd that is to be started.
#[derive(Debug)]
pub struct Crowd {
    pub size: Size,
    idle: Duration,
    seen: Arc<Seen>,
}

impl Crowd {
    pub fn new(size: Size, idle: Duration) -> Self {
        let seen = Arc::new(Seen {
            all: size.all(),
            begin: Instant::now(),
            memory: memory(),
            beats: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            gone: AtomicU64::new(0),
            counted: Notify::new(),
            stages: Mutex::default(),
        });
        Self { size, idle, seen }
    }

    pub fn seen(&self) -> Arc<Seen> {
        Arc::clone(&self.seen)
    }

    pub fn member(&self) -> Member {
        Member {
            begun: false,
            seen: self.seen(),
        }
    }

    /// Waits until all members have begun, and measures them while they idle. They are to be stopped afterwards.
    pub async fn live(&self) {
        let seen = &self.seen;
        seen.all_are_counted(&seen.begun).await;
        let started = Stage::now(seen);
        sleep(self.idle).await;
        let idled = Stage::now(seen);
        *seen.stages.lock().expect("the stages") = Some((started, idled));
    }

    /// Waits until all members have been dropped.
    pub async fn gone(&self) {
        self.seen.all_are_counted(&self.seen.gone).await;
    }
}

/// The measurement of a crowd.
#[derive(Debug)]
pub struct Seen {
    all: u64,
    begin: Instant,
    memory: u64,
    beats: AtomicU64,
    begun: AtomicU64,
    gone: AtomicU64,
    counted: Notify,
    /// When all had begun, and when they are to be stopped.
    stages: Mutex<Option<(Stage, Stage)>>,
}

/// The measurement at one moment.
#[derive(Clone, Copy, Debug)]
struct Stage {
    at: Instant,
    memory: u64,
    computed: Duration,
    beats: u64,
}

impl Stage {
    fn now(seen: &Seen) -> Self {
        Self {
            at: Instant::now(),
            memory: memory(),
            computed: computed(),
            beats: seen.beats.load(Ordering::Relaxed),
        }
    }
}

impl Seen {
    fn count(&self, counter: &AtomicU64) {
        if counter.fetch_add(1, Ordering::AcqRel) + 1 == self.all {
            self.counted.notify_one();
        }
    }

    async fn all_are_counted(&self, counter: &AtomicU64) {
        while counter.load(Ordering::Acquire) < self.all {
            self.counted.notified().await;
        }
    }

    /// The figures for one member. A crowd that did not idle has no figure for beats.
    pub fn figures(&self, gone: Instant, idle: Duration) -> Vec<Figure> {
        let stages = *self.stages.lock().expect("the stages");
        let (started, idled) = stages.expect("a crowd that lived");
        let left = self.all - self.gone.load(Ordering::Acquire);
        assert_eq!(left, 0, "some are not gone");
        let each = |of: f64| of / self.all as f64;
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        let memory = idled.memory.saturating_sub(self.memory) as f64;
        let start = (started.at - self.begin).as_nanos() as f64;
        let mut figures = vec![
            Figure::new("memory", "bytes a worker", each(memory)),
            Figure::new("start", "ns a worker", each(start)),
            Figure::new("stop", "ms", milliseconds(gone - idled.at)),
        ];
        if !idle.is_zero() {
            let computed = (idled.computed - started.computed).as_nanos() as f64;
            let beats = (idled.beats - started.beats) as f64;
            figures.push(Figure::new(
                "beat",
                "ns of processor time",
                computed / beats,
            ));
        }
        figures
    }
}

/// The memory of this process that is resident, in bytes.
fn memory() -> u64 {
    let told = fs::read_to_string("/proc/self/status").expect("Linux");
    1024 * kibibytes(&told, "VmRSS").expect("what is resident")
}

/// The processor time of this process.
fn computed() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the usage of this process");
    let microseconds = |time: TimeVal| time.num_microseconds() as u64;
    Duration::from_micros(microseconds(usage.user_time()) + microseconds(usage.system_time()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_crowd_has_begun_when_the_last_one_has_and_not_when_one_beats_twice() {
        let size = Size {
            beating: 2,
            listening: 0,
        };
        let crowd = Crowd::new(size, Duration::ZERO);
        let mut members = [crowd.member(), crowd.member()];
        members[0].beat();
        members[0].beat();
        let seen = crowd.seen();
        let early = tokio::time::timeout(Duration::ZERO, crowd.live());
        assert!(early.await.is_err(), "{seen:?}");
        members[1].beat();
        crowd.live().await;
        drop(members);
        crowd.gone().await;
        let figures = seen.figures(Instant::now(), Duration::ZERO);
        let names: Vec<_> = figures.iter().map(|figure| figure.name).collect();
        assert_eq!(names, ["memory", "start", "stop"]);
    }

    #[tokio::test]
    #[should_panic(expected = "some are not gone")]
    async fn one_that_is_still_there_is_noticed() {
        let size = Size {
            beating: 1,
            listening: 0,
        };
        let crowd = Crowd::new(size, Duration::ZERO);
        let mut member = crowd.member();
        member.beat();
        crowd.live().await;
        crowd.seen().figures(Instant::now(), Duration::ZERO);
    }
}
