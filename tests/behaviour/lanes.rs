//! Consumers with several lanes, batches and retries, when calls fail or hang, and when the group stops.

mod batches;
mod by_value;
mod competing;
mod failure;
mod functions;
mod queues;
mod retries;
mod stop;
mod threads;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fluid::{
    Context, Error, Exit, GroupHandle, OnError, OnLost, Options, Reply, Slot, Worker, Workers,
    by_hand::{Io, Nothing},
};
use tokio::time::{Duration, sleep, timeout};

use crate::support::{Log, assert_conserved, counts, group, ms, secs};

/// A message, and how its consumer handles it.
#[derive(Debug)]
struct Job {
    /// The key. With as many lanes as keys, each key has a lane of its own.
    key: u64,
    number: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    Pass,
    /// Take this many milliseconds.
    Take(u64),
    Fail,
    /// Fail after this many milliseconds.
    FailIn(u64),
    Panic,
    /// Return from `run` early, without a failure.
    Quit,
    /// Never end.
    Hang,
    Answer(Reply<u64>),
}

fn job(key: u64, number: u64, what: What) -> Job {
    Job { key, number, what }
}

/// A consumer of jobs, with or without a key, that notes its calls.
struct Hand<const KEYED: bool> {
    /// The number of workers built before this one.
    build: u64,
    handled: u64,
    plan: Plan,
}

/// Shared by all workers that are built for one slot.
#[derive(Clone, Default)]
struct Plan {
    log: Log,
    builds: Arc<AtomicU64>,
    /// The number of workers that exist.
    alive: Arc<AtomicU64>,
    /// The number of overlapping calls, now and at most.
    inside: Arc<AtomicU64>,
    most: Arc<AtomicU64>,
    /// The build whose `on_startup` fails.
    fails_at: Option<u64>,
    /// The number of calls of `on_shutdown`.
    ends: Arc<AtomicU64>,
    /// The time that `on_shutdown` takes.
    end: Duration,
    /// Whether `on_shutdown` fails in every worker but the first.
    end_fails: bool,
}

impl Plan {
    fn build<const KEYED: bool>(&self) -> Hand<KEYED> {
        self.alive.fetch_add(1, Ordering::SeqCst);
        Hand {
            build: self.builds.fetch_add(1, Ordering::SeqCst),
            handled: 0,
            plan: self.clone(),
        }
    }

    fn sit<const KEYED: bool>(&self, workers: &mut Workers, options: Options) -> Slot<Hand<KEYED>> {
        let plan = self.clone();
        workers.add_with("hand", options, move || plan.build())
    }

    fn builds(&self) -> u64 {
        self.builds.load(Ordering::SeqCst)
    }

    fn most(&self) -> u64 {
        self.most.load(Ordering::SeqCst)
    }

    fn ends(&self) -> u64 {
        self.ends.load(Ordering::SeqCst)
    }

    fn alive(&self) -> u64 {
        self.alive.load(Ordering::SeqCst)
    }
}

impl<const KEYED: bool> Drop for Hand<KEYED> {
    fn drop(&mut self) {
        self.plan.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Marks that a call is running.
struct Inside<'a>(&'a Plan);

impl<'a> Inside<'a> {
    fn new(plan: &'a Plan) -> Self {
        let inside = plan.inside.fetch_add(1, Ordering::SeqCst) + 1;
        plan.most.fetch_max(inside, Ordering::SeqCst);
        Self(plan)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::SeqCst);
    }
}

impl<const KEYED: bool> Worker for Hand<KEYED> {
    type Message = Job;
    type Output = Nothing;
    type Ports = ();

    const KEY: Option<fn(&Job) -> u64> = if KEYED { Some(|job| job.key) } else { None };

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        match self.plan.fails_at {
            Some(build) if build == self.build => Err("no start".into()),
            _ => Ok(()),
        }
    }

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(Job { number, what, .. }) = io.queue.next().await {
            let _inside = Inside::new(&self.plan);
            match what {
                What::Pass => {}
                What::Take(millis) => sleep(ms(millis)).await,
                What::Fail => return Err(format!("{number} fails").into()),
                What::FailIn(millis) => {
                    sleep(ms(millis)).await;
                    return Err(format!("{number} fails").into());
                }
                What::Panic => panic!("{number} panics"),
                What::Quit => return Ok(()),
                What::Hang => std::future::pending().await,
                What::Answer(reply) => drop(reply.send(number)),
            }
            self.handled += 1;
            let (build, handled) = (self.build, self.handled);
            self.plan.log.note(format!("{number}: {build}.{handled}"));
        }
        Ok(())
    }

    async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
        self.plan.ends.fetch_add(1, Ordering::SeqCst);
        sleep(self.plan.end).await;
        if self.plan.end_fails && self.build > 0 {
            return Err("no end".into());
        }
        Ok(())
    }
}

/// The numbers that were handled, in order.
fn handled(log: &Log) -> Vec<u64> {
    let number = |line: &String| line.split(':').next().unwrap().parse().unwrap();
    log.lines().iter().map(number).collect()
}

fn lanes(lanes: usize) -> Options {
    Options::new().concurrency(lanes)
}

/// Lanes that are restarted after a failure. Their lost messages are expected.
fn restarting(lanes: usize) -> Options {
    self::lanes(lanes)
        .on_error(OnError::Restart)
        .on_lost(OnLost::Ignore)
}

/// Waits until a consumer has handled this many messages, with or without success.
async fn until_behind<const KEYED: bool>(hand: &Slot<Hand<KEYED>>, messages: u64) {
    let behind = async {
        loop {
            let counts = hand.status().counts.unwrap();
            if counts.done + counts.failed >= messages {
                return;
            }
            sleep(ms(1)).await;
        }
    };
    let waited = timeout(secs(600), behind).await;
    assert!(waited.is_ok(), "{:?}", hand.status().counts);
}

/// Stops a group, and asserts that every message is accounted for and no worker is left.
async fn stop(running: GroupHandle, plan: &Plan) -> Exit {
    let exit = timeout(secs(60), running.shutdown())
        .await
        .expect("it ends");
    assert_conserved(&exit);
    assert_eq!(plan.alive(), 0, "{exit}");
    exit
}
