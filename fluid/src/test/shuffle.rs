//! Runs tests in different orders of tasks.

use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::runtime::Builder;
use tokio::task::yield_now;

use crate::error::Panicked;

/// The most turns of the scheduler by which a task is delayed.
pub(super) const MAX_TURNS: u8 = 3;

thread_local! {
    /// Draws the delay of each task while a shuffled test runs on this thread.
    static TURNS: RefCell<Option<fastrand::Rng>> = const { RefCell::new(None) };
}

/// Runs a test once for each seed, each time with another order of its tasks. Every send, every receive and every
/// call is delayed by some turns of the scheduler, whose number depends on the seed.
///
/// Each run has a runtime of its own on this thread, with paused time. If a run fails, this panics with its seed.
/// The environment variable `FLUID_TEST_SEED` runs only that seed.
///
/// ```
/// use fluid::test::{Kit, shuffled};
/// use fluid::{consumer, workers};
///
/// #[consumer]
/// async fn split(number: u64) -> u64 { number }
/// #[consumer]
/// async fn double(number: u64) -> u64 { 2 * number }
/// #[consumer]
/// async fn negate(number: u64) -> u64 { !number }
/// #[consumer]
/// async fn collect(number: u64) -> u64 { number }
///
/// workers! {
///     struct Ways { pub split: Split, double: Double, negate: Negate, collect: Collect }
///     split => (double, negate);
///     (double, negate) => collect => _;
/// }
///
/// // #[test]
/// # fn main() {
/// shuffled(0..50, || async {
///     let ways = Ways::new();
///     let kit = Kit::of(&ways);
///     let collected = kit.collect::<u64>("collect");
///     let ways = ways.startup().await.unwrap();
///     ways.split().send(1).await.unwrap();
///     kit.idle().await;
///     // Which of the two comes first is not said anywhere.
///     let mut numbers = collected.take();
///     numbers.sort();
///     assert_eq!(numbers, [2, !1]);
/// });
/// # }
/// ```
///
/// The seed also determines the jitter of heartbeats and all numbers that [`fastrand`](https://docs.rs/fastrand)
/// draws on this thread. It does not determine other threads, nor which branch of a `tokio::select!` without
/// `biased` is polled first. A test that depends on these may fail with a seed once and then pass.
///
/// # Panics
///
/// If a run panics, if `FLUID_TEST_SEED` is no number, or if it is called within a tokio runtime.
pub fn shuffled<F: Future<Output = ()>>(
    seeds: impl IntoIterator<Item = u64>,
    mut test: impl FnMut() -> F,
) {
    match std::env::var("FLUID_TEST_SEED") {
        Ok(seed) => match seed.parse() {
            Ok(seed) => run(seed, &mut test),
            Err(_) => panic!("FLUID_TEST_SEED is `{seed}`, which is no seed: it is a number"),
        },
        Err(_) => seeds.into_iter().for_each(|seed| run(seed, &mut test)),
    }
}

fn run<F: Future<Output = ()>>(seed: u64, test: &mut impl FnMut() -> F) {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime for the test");
    fastrand::seed(seed);
    TURNS.set(Some(fastrand::Rng::with_seed(seed)));
    let run = AssertUnwindSafe(|| runtime.block_on(async { test().await }));
    let outcome = catch_unwind(run);
    TURNS.set(None);
    drop(runtime);
    if let Err(payload) = outcome {
        let panicked = Panicked::new(&*payload, None);
        panic!("{panicked}\nthe seed was {seed}: FLUID_TEST_SEED={seed} runs it alone");
    }
}

/// Whether a shuffled test runs on this thread.
pub(crate) fn is_shuffled() -> bool {
    TURNS.with_borrow(Option::is_some)
}

/// Delays the task if a shuffled test runs on this thread.
pub(crate) async fn perturb() {
    for _ in 0..delay() {
        yield_now().await;
    }
}

/// The number of turns by which a task is delayed. It is 0 if no shuffled test runs on this thread.
pub(crate) fn delay() -> u8 {
    TURNS.with_borrow_mut(|turns| match turns {
        None => 0,
        Some(turns) => turns.u8(..=MAX_TURNS),
    })
}
