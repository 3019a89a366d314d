//! A case: one kind of work, and who does it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use fluid_benches::sample::Sample;
use tokio::runtime::{Builder, Runtime};

use crate::goal::Goal;
use crate::work::Work;

/// One kind of work, done by several.
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

/// Who does it.
#[derive(Clone, Copy)]
pub struct Contender {
    pub name: &'static str,
    how: How,
}

#[derive(Clone, Copy)]
enum How {
    /// In tasks of the runtime that it is given.
    Tasks(fn(Work) -> Doing),
    /// On a runtime of its own.
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

/// What was measured of a case on one runtime.
pub struct Measured<'a> {
    pub case: &'a Case,
    pub flavour: Flavour,
    /// For each contender, in nanoseconds.
    pub samples: Vec<Sample>,
}

impl<'a> Measured<'a> {
    pub fn new(case: &'a Case, flavour: Flavour) -> Self {
        let samples = vec![Sample::default(); case.contenders.len()];
        Self {
            case,
            flavour,
            samples,
        }
    }

    pub fn round(&mut self, round: usize, scale: f64) {
        let messages = (self.case.messages as f64 * scale) as u64;
        let contenders = &self.case.contenders;
        for at in 0..contenders.len() {
            // Nobody is always the first.
            let at = (at + round) % contenders.len();
            let nanoseconds = contenders[at].run(self.flavour, messages, self.case.times);
            self.samples[at].add(nanoseconds);
        }
    }

    /// The median of the contender of this name.
    pub fn median(&self, name: &str) -> Option<f64> {
        let contenders = self.case.contenders.iter();
        let at = contenders.enumerate().find(|(_, one)| one.name == name)?.0;
        Some(self.samples[at].median())
    }
}

impl fmt::Display for Measured<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {}", self.case.name, self.flavour)?;
        for (contender, sample) in self.case.contenders.iter().zip(&self.samples) {
            writeln!(f, "  {:32} {:8.1} ns", contender.name, sample.median())?;
        }
        Ok(())
    }
}
