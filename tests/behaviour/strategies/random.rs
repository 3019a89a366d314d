//! Random groups, failures and stops: no message is lost, nothing hangs, and no two incarnations of a worker overlap.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use fastrand::Rng;
use fluid::{
    ConsumerHandle, Context, Error, Exit, OnError, Options, Restart, Slot, State, Worker, Workers,
    by_hand::Io,
};
use tokio::time::{Instant, timeout};

use super::{FAIL, LOSES, PANIC};
use crate::support::{assert_conserved, group, ms, secs};

/// A consumer with a random pace, which checks that no other incarnation of it exists.
struct Random {
    alive: Arc<AtomicBool>,
    failures: Arc<AtomicU64>,
    call: Duration,
    end: Duration,
    /// Whether its start fails now and then.
    weak: bool,
}

impl Worker for Random {
    type Message = u64;
    type Output = u64;
    type Ports = ();

    async fn on_startup(&mut self, ctx: &Context) -> Result<(), Error> {
        assert!(
            !self.alive.swap(true, Ordering::SeqCst),
            "two incarnations at once"
        );
        tokio::time::sleep(self.call).await;
        if self.weak && ctx.restarts() % 2 == 1 {
            self.alive.store(false, Ordering::SeqCst);
            return Err("too weak".into());
        }
        Ok(())
    }

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(number) = io.queue.next().await {
            tokio::time::sleep(self.call).await;
            if number >= FAIL {
                self.failures.fetch_add(1, Ordering::SeqCst);
            }
            match number {
                FAIL => return Err("fails".into()),
                PANIC => panic!("panics"),
                // A message that goes round in a cycle comes to an end.
                0 => {}
                number => drop(io.output.send(number / 4).await),
            }
        }
        Ok(())
    }

    async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
        tokio::time::sleep(self.end).await;
        assert!(self.alive.swap(false, Ordering::SeqCst), "it ended twice");
        Ok(())
    }
}

struct Placed {
    path: String,
    handle: ConsumerHandle<u64>,
    failures: Arc<AtomicU64>,
}

fn strategy(rng: &mut Rng) -> Option<Restart> {
    let restart = match rng.u8(0..4) {
        0 => return None,
        1 => Restart::one_for_one(),
        2 => Restart::one_for_all(),
        _ => Restart::rest_for_one(),
    };
    let first = ms(rng.u64(0..50));
    let most = if rng.bool() { 1000 } else { rng.u32(0..4) };
    Some(
        restart
            .max_restarts(most)
            .backoff(first, first * rng.u32(1..20)),
    )
}

/// Fills a group with random workers, edges and nested groups.
fn fill(
    mut workers: Workers,
    path: &str,
    depth: u32,
    rng: &mut Rng,
    all: &mut Vec<Placed>,
) -> Workers {
    if let Some(restart) = strategy(rng) {
        workers = workers.restart(restart);
    }
    let mut seats: Vec<Slot<Random>> = Vec::new();
    for at in 0..rng.usize(1..5) {
        let name = format!("w{at}");
        let mut options = LOSES.capacity(rng.usize(1..6));
        match rng.u8(0..8) {
            0 => options = options.on_error(OnError::Restart),
            1 if depth > 0 => options = options.on_error(OnError::Stop),
            _ => {}
        }
        let (alive, failures) = (Arc::default(), Arc::<AtomicU64>::default());
        let (call, end) = (ms(rng.u64(0..8)), ms(rng.u64(0..20)));
        let weak = rng.u8(0..6) == 0;
        let counted = Arc::clone(&failures);
        let seat = workers.add_with(&name, options, move || Random {
            alive: Arc::clone(&alive),
            failures: Arc::clone(&counted),
            call,
            end,
            weak,
        });
        workers.broadcast(&seat);
        for earlier in &seats {
            match rng.u8(0..4) {
                0 => workers.connect(earlier, &seat),
                1 => workers.feedback(&seat, earlier),
                _ => {}
            }
        }
        all.push(Placed {
            path: format!("{path}{name}"),
            handle: seat.handle(),
            failures,
        });
        seats.push(seat);
    }
    for at in 0..rng.u32(0..3).min(depth) {
        let name = format!("g{at}");
        let below = fill(
            Workers::new("below"),
            &format!("{path}{name}/"),
            depth - 1,
            rng,
            all,
        );
        let mut below = Some(below);
        workers.add_with(&name, Options::new(), move || below.take().expect("once"));
    }
    workers
}

async fn one(seed: u64) -> bool {
    let mut rng = Rng::with_seed(seed);
    let mut all = Vec::new();
    let workers = fill(group(), "", 2, &mut rng, &mut all);
    let running = workers.startup().await.unwrap();
    for _ in 0..rng.u32(0..60) {
        let to = rng.choice(&all).expect("there is one");
        let message = match rng.u8(0..10) {
            0 => FAIL,
            1 => PANIC,
            _ => rng.u64(0..100),
        };
        let _ = timeout(ms(20), to.handle.send(message)).await;
        if rng.u8(0..3) == 0 {
            tokio::time::sleep(ms(rng.u64(0..40))).await;
        }
        if rng.u8(0..80) == 0 {
            to.handle.gracefully_stop();
        }
        if running.exit().is_some() {
            break;
        }
    }
    let asked = Instant::now();
    let exit: Exit = timeout(secs(60), running.shutdown())
        .await
        .unwrap_or_else(|_| panic!("{seed} hangs: {}", running.status()));
    assert!(
        asked.elapsed() < secs(9),
        "{seed} took {:?}: {exit}",
        asked.elapsed()
    );
    assert!(!exit.is_forced(), "{seed}: {exit}");
    assert_conserved(&exit);
    for Placed {
        path,
        handle,
        failures,
    } in &all
    {
        let own = exit
            .worker(path)
            .unwrap_or_else(|| panic!("{seed}: no {path} in {exit}"));
        assert_eq!(own.state(), State::Stopped);
        let counts = own.counts().unwrap();
        assert_eq!(
            counts.failed,
            failures.load(Ordering::SeqCst),
            "{seed}: {path} in {exit}"
        );
        if exit.is_success() {
            assert_eq!(
                (counts.undelivered, handle.queue_size()),
                (0, 0),
                "{seed}: {path} in {exit}"
            );
        }
    }
    exit.is_success()
}

#[tokio::test(start_paused = true)]
async fn random_failures_and_stops_lose_no_message_and_never_hang() {
    let mut succeeded = 0;
    for seed in 0..400 {
        succeeded += u32::from(one(seed).await);
    }
    // Both graceful and forced ends occur.
    assert!((50..350).contains(&succeeded), "{succeeded}");
}
