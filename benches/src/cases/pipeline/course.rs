//! The messages from a source to a sink, the same for all contenders.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::yield_now;

/// How long the pipeline idles. A thread sleeps somewhat longer than that.
const PAUSE: Duration = Duration::from_micros(50);

/// A message, and when it was due.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    number: u64,
    due: Instant,
}

/// When messages are sent.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// Each message a little after the one before has arrived.
    OneAtATime,
    /// Each message this long after the one before was due.
    Every(Duration),
}

#[derive(Clone, Debug)]
pub struct Course(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    messages: u64,
    pace: Pace,
    /// How long each stage computes for each message.
    handling: Duration,
    arrived: Notify,
    /// The latencies of all messages in microseconds, when the last message has arrived.
    latencies: Mutex<Vec<f64>>,
}

impl Course {
    pub fn new(messages: u64, pace: Pace, handling: Duration) -> Self {
        Self(Arc::new(Shared {
            messages,
            pace,
            handling,
            arrived: Notify::new(),
            latencies: Mutex::default(),
        }))
    }

    /// The messages of a source.
    pub fn departures(&self) -> Departures {
        Departures {
            course: self.clone(),
            begin: Instant::now(),
            next: 0,
        }
    }

    /// The messages of a sink.
    pub fn arrivals(&self) -> Arrivals {
        Arrivals {
            course: self.clone(),
            latencies: Vec::with_capacity(self.0.messages as usize),
        }
    }

    /// The work of each stage for a message.
    pub fn handle(&self) {
        let begin = Instant::now();
        while begin.elapsed() < self.0.handling {
            std::hint::spin_loop();
        }
    }

    /// The latency of each message, in microseconds.
    pub fn latencies(&self) -> Vec<f64> {
        let latencies = std::mem::take(&mut *self.0.latencies.lock().expect("the latencies"));
        let arrived = latencies.len() as u64;
        assert_eq!(arrived, self.0.messages, "not every message arrived");
        latencies
    }
}

/// The messages that are still to be sent.
#[derive(Debug)]
pub struct Departures {
    course: Course,
    begin: Instant,
    next: u64,
}

impl Departures {
    /// The next message, when its time has come.
    pub async fn next(&mut self) -> Option<Message> {
        let course = &*self.course.0;
        let number = self.next;
        if number == course.messages {
            return None;
        }
        self.next += 1;
        let due = match course.pace {
            Pace::OneAtATime => {
                if number > 0 {
                    course.arrived.notified().await;
                }
                // The thread itself sleeps. tokio's timers count milliseconds, with which only a tenth of the messages
                // could be sent. There is nothing else to run.
                thread::sleep(PAUSE);
                Instant::now()
            }
            Pace::Every(period) => {
                let due = self.begin + period * number as u32;
                // A timer would be late by up to a millisecond.
                while Instant::now() < due {
                    yield_now().await;
                }
                due
            }
        };
        Some(Message { number, due })
    }
}

/// The messages that have arrived.
#[derive(Debug)]
pub struct Arrivals {
    course: Course,
    latencies: Vec<f64>,
}

impl Arrivals {
    /// A message has arrived, and is handled.
    pub fn arrive(&mut self, message: Message) {
        let latency = message.due.elapsed();
        assert_eq!(message.number, self.latencies.len() as u64, "in order");
        self.latencies.push(latency.as_nanos() as f64 / 1e3);
        self.course.handle();
        if let Pace::OneAtATime = self.course.0.pace {
            self.course.0.arrived.notify_one();
        }
    }
}

impl Drop for Arrivals {
    fn drop(&mut self) {
        let latencies = std::mem::take(&mut self.latencies);
        *self.course.0.latencies.lock().expect("the latencies") = latencies;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_late_message_is_late_from_when_it_was_due() {
        let course = Course::new(3, Pace::Every(Duration::from_millis(1)), Duration::ZERO);
        let (mut departures, mut arrivals) = (course.departures(), course.arrivals());
        let mut sent = Vec::new();
        while let Some(message) = departures.next().await {
            sent.push(message);
        }
        assert_eq!(sent[2].due - sent[0].due, Duration::from_millis(2));
        sent.into_iter()
            .for_each(|message| arrivals.arrive(message));
        drop(arrivals);
        // The first message was kept back until the last one was sent.
        assert!(course.latencies()[0] >= 2_000.0);
    }

    #[test]
    #[should_panic(expected = "not every message arrived")]
    fn a_message_that_is_missing_is_noticed() {
        Course::new(1, Pace::OneAtATime, Duration::ZERO).latencies();
    }
}
