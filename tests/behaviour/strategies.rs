//! Groups that restart their members: which members, in which order, how often, and what survives.

mod budget;
mod callbacks;
mod escalation;
mod fused;
mod group_restart;
mod order;
mod random;
mod stop;

use std::time::Duration;

use fluid::{
    ConsumerHandle, Context, Error, GroupHandle, OnLost, Options, Restart, Slot, State, Worker,
    WorkerHandle, Workers, by_hand::Io,
};
use tokio::time::timeout;

use crate::support::{Log, group, secs};

/// The options of a consumer whose lost messages are expected.
const LOSES: Options = Options::new().on_lost(OnLost::Ignore);
/// A message at which a [`Part`] fails.
const FAIL: u64 = 1000;
/// A message at which a [`Part`] panics.
const PANIC: u64 = 1001;

/// A consumer that notes its starts and ends, fails at certain messages, and emits all others.
struct Part {
    name: &'static str,
    log: Log,
    /// The time that its `on_shutdown` takes.
    end: Duration,
}

impl Worker for Part {
    type Message = u64;
    type Output = u64;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        self.log.note(format!("start {}", self.name));
        Ok(())
    }

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(number) = io.queue.next().await {
            match number {
                FAIL => return Err(format!("{} was asked to fail", self.name).into()),
                PANIC => panic!("{} was asked to fail", self.name),
                number => drop(io.output.send(number).await),
            }
        }
        Ok(())
    }

    async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
        tokio::time::sleep(self.end).await;
        self.log.note(format!("end {}", self.name));
        Ok(())
    }
}

fn part(workers: &mut Workers, name: &'static str, log: &Log) -> Slot<Part> {
    part_with(workers, name, Options::new(), log)
}

fn part_with(workers: &mut Workers, name: &'static str, options: Options, log: &Log) -> Slot<Part> {
    let options = options.on_lost(OnLost::Ignore);
    let (log, end) = (log.clone(), Duration::ZERO);
    workers.add_with(name, options, move || Part {
        name,
        log: log.clone(),
        end,
    })
}

fn connect(workers: &mut Workers, from: &Slot<Part>, to: &[&Slot<Part>]) {
    if to.len() > 1 {
        workers.broadcast(from);
    }
    for to in to {
        workers.connect(from, to);
    }
}

/// Waits until all members of a group run, and were restarted `restarts` times in total.
async fn settled(group: &GroupHandle, restarts: u64) {
    let settled = || {
        let status = group.status();
        let running = status.workers.iter().all(|w| w.state == State::Running);
        running && status.workers.iter().map(|w| w.restarts).sum::<u64>() == restarts
    };
    let waits = async {
        while !settled() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let status = || group.status();
    assert!(timeout(secs(60), waits).await.is_ok(), "{}", status());
}

/// Waits until a consumer runs, and was restarted `restarts` times.
async fn restarted<M>(handle: &ConsumerHandle<M>, restarts: u64) {
    let waits = async {
        while handle.status().restarts != restarts || handle.state() != State::Running {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    assert!(
        timeout(secs(60), waits).await.is_ok(),
        "{}",
        handle.status()
    );
}

/// Waits until a worker is being restarted.
async fn restarting(worker: &WorkerHandle) {
    let waits = worker.wait_for(State::Restarting);
    assert!(
        timeout(secs(60), waits).await.is_ok(),
        "{}",
        worker.status()
    );
}

/// A chain `a => b => c`.
fn chain(restart: Restart, log: &Log) -> (Workers, [Slot<Part>; 3]) {
    let mut workers = group().restart(restart);
    let parts = ["a", "b", "c"].map(|name| part(&mut workers, name, log));
    connect(&mut workers, &parts[0], &[&parts[1]]);
    connect(&mut workers, &parts[1], &[&parts[2]]);
    (workers, parts)
}
