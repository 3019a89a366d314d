//! One stop.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How many messages are accepted before the queues are full.
const LOAD: u64 = 4_096;

/// How long a stop is observed. A task that has not seen the stop by then never will.
const LONG: Duration = Duration::from_millis(20);

#[derive(Clone, Debug)]
pub struct Trial(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    number: u32,
    accepted: AtomicU64,
    handled: AtomicU64,
    /// Nothing more is sent, since the stop was not seen.
    given_up: AtomicBool,
    times: Mutex<Times>,
}

#[derive(Debug, Default)]
struct Times {
    asked: Option<Instant>,
    /// When the source saw the stop, and when the client was refused.
    seen: Vec<Instant>,
    ended: Option<Instant>,
}

/// The result of a stop. Times are in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    pub seen: f64,
    pub ended: f64,
    pub lost: u64,
}

impl Trial {
    pub fn new(number: u32) -> Self {
        Self(Arc::new(Shared {
            number,
            accepted: AtomicU64::new(0),
            handled: AtomicU64::new(0),
            given_up: AtomicBool::new(false),
            times: Mutex::default(),
        }))
    }

    /// A message was accepted.
    pub fn accepted(&self) {
        self.0.accepted.fetch_add(1, Ordering::Relaxed);
    }

    /// The work of the stage for a message.
    pub fn stage(&self) {
        compute(Duration::from_micros(2));
    }

    /// The work of the sink for a message. The sink is slower, so that its queue is full too.
    pub fn sink(&self) {
        compute(Duration::from_micros(3));
        self.0.handled.fetch_add(1, Ordering::Relaxed);
    }

    /// The source sends no more, or the client is refused.
    pub fn seen(&self) {
        self.times(|times| times.seen.push(Instant::now()));
    }

    pub fn ended(&self) {
        self.times(|times| times.ended = Some(Instant::now()));
    }

    pub fn is_given_up(&self) -> bool {
        self.0.given_up.load(Ordering::Relaxed)
    }

    /// Sends from outside until a message is refused. The client is not told of the stop.
    pub async fn be_client<F: Future<Output = bool>>(self, send: impl Fn() -> F) {
        while !self.is_given_up() {
            if !send().await {
                return self.seen();
            }
            self.accepted();
        }
    }

    /// Asks for the stop from a thread outside, at a random moment when the queues are full.
    pub fn ask(&self, stop: impl FnOnce() + Send + 'static) -> thread::JoinHandle<()> {
        let trial = self.clone();
        thread::spawn(move || {
            while trial.0.accepted.load(Ordering::Relaxed) < LOAD {
                thread::sleep(Duration::from_micros(100));
            }
            thread::sleep(moment(trial.0.number));
            trial.times(|times| times.asked = Some(Instant::now()));
            stop();
            let until = Instant::now() + LONG;
            while trial.times(|times| times.seen.len()) < 2 && Instant::now() < until {
                thread::sleep(Duration::from_micros(100));
            }
            trial.0.given_up.store(true, Ordering::Relaxed);
        })
    }

    /// # Panics
    ///
    /// If it has not ended.
    pub fn outcome(&self) -> Outcome {
        let microseconds = |time: Duration| time.as_nanos() as f64 / 1e3;
        let accepted = self.0.accepted.load(Ordering::Relaxed);
        self.times(|times| {
            let asked = times.asked.expect("a stop");
            let ended = times.ended.expect("an end");
            let seen = match times.seen[..] {
                [first, second] => (first.max(second) - asked).min(LONG),
                _ => LONG,
            };
            Outcome {
                seen: microseconds(seen),
                ended: microseconds(ended - asked),
                lost: accepted - self.0.handled.load(Ordering::Relaxed),
            }
        })
    }

    fn times<T>(&self, change: impl FnOnce(&mut Times) -> T) -> T {
        change(&mut self.0.times.lock().expect("the times"))
    }
}

fn compute(time: Duration) {
    let begin = Instant::now();
    while begin.elapsed() < time {
        std::hint::spin_loop();
    }
}

/// A random moment within the next millisecond, the same for all contenders.
fn moment(number: u32) -> Duration {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9);
    Duration::from_micros(u64::from(mixed >> 16) * 1_000 / 0x1_0000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_spread_over_a_millisecond() {
        let moments: Vec<_> = (0..100).map(moment).collect();
        for tenth in 0..10_u64 {
            let within = |one: &&Duration| one.as_micros() as u64 / 100 == tenth;
            let count = moments.iter().filter(within).count();
            assert!((5..20).contains(&count), "{count} in the tenth {tenth}");
        }
    }

    #[test]
    fn seen_is_when_the_last_one_saw_it_and_lost_is_what_nobody_handled() {
        let trial = Trial::new(0);
        let asked = Instant::now();
        let after = |time| Some(asked + Duration::from_micros(time));
        for _ in 0..3 {
            trial.accepted();
        }
        trial.sink();
        trial.times(|times| {
            times.asked = Some(asked);
            times.seen.extend(after(30));
            times.ended = after(90);
        });
        let never = LONG.as_micros() as f64;
        let expected = |seen| Outcome {
            seen,
            ended: 90.0,
            lost: 2,
        };
        assert_eq!(trial.outcome(), expected(never), "one of two saw it");
        trial.times(|times| times.seen.extend(after(20)));
        assert_eq!(trial.outcome(), expected(30.0));
    }
}
