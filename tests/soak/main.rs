//! Groups under constant faults, for a given time: memory, tasks and threads must stay flat, and every message must be
//! accounted for.
//!
//! ```text
//! cargo run --release -p fluid-tests --bin soak -- --duration 10m
//! ```
//!
//! Three loads run at once: a steady group with frequent restarts, groups that start and end again and again, and a group
//! whose members are added and removed. Errors, panics, delays, timeouts, stops and force are injected all the time. The
//! exit code is 0 if
//!
//! - the median of the resident memory in the last third of the run is at most 5 % and 1 MiB above that of
//!   the second third, and the medians of tasks and of threads at most 5 % and 2;
//! - workers were restarted in each third of the run, and every worker of the steady group at least once. The run is
//!   prolonged for a while until that is so, because a busy machine has fewer faults in the same time;
//! - every consumer of every ended group accounts for every message that it accepted, and the counts of the steady group
//!   are those of its functions;
//! - no task is left when all groups have ended.

#![allow(
    unreachable_pub,
    reason = "a program's modules are public to each other"
)]

mod brief;
mod crowd;
mod faults;
mod gauge;
mod item;
mod steady;

use std::cell::{Cell, RefCell};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use fluid::{Counts, Exit, GroupHandle, Status};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout};

use self::gauge::{Course, Sample};
use self::steady::{Steady, Tally};

/// The number of samples of the process over a run.
const SAMPLES: u32 = 300;

/// The number of samples that are printed over a run.
const PRINTS: u32 = 60;

/// The time that the last tasks may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// By how much a run is prolonged at most until every worker has been restarted.
const OVERTIME: Duration = Duration::from_secs(40);

/// Runs groups under constant faults, and fails if resources grow or a message is not accounted for.
#[derive(Debug, Parser)]
#[command(name = "soak")]
struct Args {
    /// The duration of the run, such as 30s or 10m.
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = humantime::parse_duration)]
    duration: Duration,
}

/// The observations so far.
#[derive(Debug, Default)]
struct Seen {
    /// Whether the run is over.
    over: Cell<bool>,
    samples: RefCell<Vec<Sample>>,
    /// The message counts of all ended groups.
    counts: Cell<Counts>,
    groups: Cell<u64>,
    visitors: Cell<u64>,
    /// The restarts in ended groups.
    restarts: Cell<u64>,
    mistakes: RefCell<Vec<String>>,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let Args { duration } = Args::parse();
    faults::silence_injected_panics();
    match soak(duration).await {
        Ok(seen) => seen.verdict(),
        Err(exit) => {
            eprintln!("a group did not start: {exit}");
            ExitCode::FAILURE
        }
    }
}

/// Runs all loads for a while, and then ends them.
async fn soak(duration: Duration) -> Result<Seen, Exit> {
    let tally = Arc::new(Tally::default());
    let steady = Steady::new(Arc::clone(&tally)).startup().await?;
    let crowd = crowd::open().await?;
    let seen = Seen::default();
    let (groups, (), ()) = tokio::join!(
        start_and_end_groups(&seen),
        let_visitors_come_and_go(&crowd, &seen),
        watch(duration, &steady, &seen),
    );
    groups?;
    let calm = never_restarted(&steady.status());
    let calm = calm
        .iter()
        .map(|name| format!("`{name}` was never restarted"));
    seen.mistakes.borrow_mut().extend(calm);
    let exit = steady.shutdown().await;
    println!("\n{exit}\n");
    seen.mistakes.borrow_mut().extend(tally.compare(&exit));
    seen.ended(&exit);
    seen.ended(&crowd.shutdown().await);
    drop((steady, crowd));
    seen.wait_for_tasks().await;
    Ok(seen)
}

async fn start_and_end_groups(seen: &Seen) -> Result<(), Exit> {
    for round in 0.. {
        if seen.over.get() {
            break;
        }
        seen.ended(&brief::run_one(round).await?);
        seen.groups.update(|groups| groups + 1);
    }
    Ok(())
}

async fn let_visitors_come_and_go(crowd: &GroupHandle, seen: &Seen) {
    while !seen.over.get() {
        seen.ended(&crowd::visit_once(crowd).await);
        seen.visitors.update(|visitors| visitors + 1);
        sleep(Duration::from_millis(2)).await;
    }
}

/// Samples the process again and again, and prints some samples. Ends the run when its time has passed and every worker
/// has been restarted.
async fn watch(duration: Duration, steady: &GroupHandle, seen: &Seen) {
    let start = Instant::now();
    for number in 0.. {
        sleep(duration / SAMPLES).await;
        let status = steady.status();
        let sample = Sample::now(seen.restarts.get() + restarts(&status));
        seen.samples.borrow_mut().push(sample);
        if number % (SAMPLES / PRINTS) == 0 {
            seen.print(start.elapsed(), sample);
        }
        let left = OVERTIME.saturating_sub(start.elapsed().saturating_sub(duration));
        let whole = start.elapsed() >= duration && never_restarted(&status).is_empty();
        if whole || left.is_zero() {
            seen.over.set(true);
            return;
        }
    }
}

/// The workers and nested groups of a running group that have not been restarted yet.
fn never_restarted(status: &Status) -> Vec<String> {
    let calm = status.workers.iter().filter(|worker| worker.restarts == 0);
    calm.map(|worker| worker.name.clone()).collect()
}

/// The number of restarts in a running group.
fn restarts(status: &Status) -> u64 {
    status.restarts + status.workers.iter().map(restarts).sum::<u64>()
}

impl Seen {
    /// Adds the exit of one group or worker to the observations.
    fn ended(&self, exit: &Exit) {
        if let Some(counts) = exit.counts() {
            let all = [self.counts.get(), counts];
            self.counts.set(all.into_iter().sum());
            if !counts.conserved() {
                let mistake = format!("`{}` does not account for all: {counts}", exit.name());
                self.mistakes.borrow_mut().push(mistake);
            }
        }
        self.restarts.update(|restarts| restarts + exit.restarts());
        exit.workers().iter().for_each(|exit| self.ended(exit));
    }

    fn print(&self, after: Duration, sample: Sample) {
        let Sample {
            memory,
            tasks,
            threads,
            restarts,
        } = sample;
        println!(
            "{:6.1}s  {memory} KiB, {tasks} tasks, {threads} threads; {restarts} restarts, \
             {} groups and {} visitors ended",
            after.as_secs_f64(),
            self.groups.get(),
            self.visitors.get()
        );
    }

    /// Waits until no task is left.
    async fn wait_for_tasks(&self) {
        let tasks = || Handle::current().metrics().num_alive_tasks();
        let none_left = async {
            while tasks() > 0 {
                sleep(Duration::from_millis(1)).await;
            }
        };
        if timeout(PATIENCE, none_left).await.is_err() {
            let mistake = format!("{} tasks are left when all groups have ended", tasks());
            self.mistakes.borrow_mut().push(mistake);
        }
    }

    /// Prints the observations. Returns whether they are as required.
    fn verdict(self) -> ExitCode {
        let (samples, mut mistakes) = (self.samples.into_inner(), self.mistakes.into_inner());
        println!(
            "{} groups and {} visitors ended",
            self.groups.get(),
            self.visitors.get()
        );
        println!(
            "of what has ended: {}, {} restarts",
            self.counts.get(),
            self.restarts.get()
        );
        for course in Course::all(&samples) {
            println!("{course}");
            if !course.is_flat() {
                mistakes.push(course.to_string());
            }
        }
        if !gauge::restarts_went_on(&samples) {
            mistakes.push("there was a third of the run without a restart".to_owned());
        }
        for mistake in &mistakes {
            eprintln!("soak: {mistake}");
        }
        match mistakes[..] {
            [] => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        }
    }
}
