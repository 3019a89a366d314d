//! A case: one way of sending messages, and its contenders. The figure is the time of a message.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use tokio::runtime::{Builder, Runtime};

use crate::comparison::{Comparison, Effort, Figure, Rival};
use crate::goal::Goal;
use crate::work::Work;

/// One kind of work, done by several contenders.
pub struct Case {
    pub name: &'static str,
    /// What is done.
    pub about: &'static str,
    /// How many messages are sent in a whole round.
    pub messages: u64,
    /// How often each message is handled.
    pub times: u64,
    pub flavours: &'static [Flavour],
    pub contenders: Vec<Contender>,
    pub goals: Vec<Goal>,
}

/// What the tasks run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// tokio's runtime of one thread.
    One,
    /// tokio's runtime of two.
    Two,
}

pub const BOTH: &[Flavour] = &[Flavour::One, Flavour::Two];

impl Flavour {
    pub fn runtime(self) -> Runtime {
        let mut builder = match self {
            Self::One => Builder::new_current_thread(),
            Self::Two => Builder::new_multi_thread(),
        };
        builder.worker_threads(2).enable_all();
        builder.build().expect("a runtime")
    }
}

impl fmt::Display for Flavour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One => "one thread",
            Self::Two => "two threads",
        })
    }
}

type Doing = Pin<Box<dyn Future<Output = ()>>>;

/// One way to do the work, with one library.
#[derive(Clone, Copy)]
pub struct Contender {
    pub name: &'static str,
    how: How,
}

#[derive(Clone, Copy)]
enum How {
    /// In tasks of a given runtime.
    Tasks(fn(Work) -> Doing),
    /// On its own runtime.
    Alone(fn(Flavour, Work)),
}

impl Contender {
    pub const fn new(name: &'static str, work: fn(Work) -> Doing) -> Self {
        let how = How::Tasks(work);
        Self { name, how }
    }

    pub const fn alone(name: &'static str, work: fn(Flavour, Work)) -> Self {
        let how = How::Alone(work);
        Self { name, how }
    }

    /// Does the work, and returns the nanoseconds for each message.
    fn run(&self, flavour: Flavour, messages: u64, times: u64) -> f64 {
        let work = Work::new(messages);
        let nanoseconds = match self.how {
            How::Tasks(start) => {
                let runtime = flavour.runtime();
                let doing = start(work.clone());
                let begin = Instant::now();
                runtime.block_on(doing);
                begin.elapsed().as_nanos()
            }
            How::Alone(run) => {
                let begin = Instant::now();
                run(flavour, work.clone());
                begin.elapsed().as_nanos()
            }
        };
        work.check(times);
        nanoseconds as f64 / messages as f64
    }
}

/// A `Contender` of an async function that does the work.
#[macro_export]
macro_rules! contender {
    ($name:literal, $function:path) => {
        $crate::case::Contender::new($name, |work| Box::pin($function(work)))
    };
}

impl From<Case> for Comparison {
    fn from(case: Case) -> Self {
        let Case {
            name,
            about,
            messages,
            times,
            flavours,
            contenders,
            goals,
        } = case;
        let rivals = contenders.into_iter().map(|contender| {
            Rival::new(contender.name, move |flavour, scale| {
                let messages = (messages as f64 * scale) as u64;
                let nanoseconds = contender.run(flavour, messages, times);
                vec![Figure::new("time", "ns a message", nanoseconds)]
            })
        });
        Self {
            name,
            about,
            flavours,
            effort: Effort::Light,
            rivals: rivals.collect(),
            goals,
        }
    }
}
