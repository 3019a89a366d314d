//! Other orders than the usual one.

use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::runtime::Builder;
use tokio::task::yield_now;

use crate::error::Panicked;

/// How many turns a task may be held up, at most.
pub(super) const MOST_TURNS: u8 = 3;

thread_local! {
    /// Says how long each task is held up, while a test is shuffled on this thread.
    static TURNS: RefCell<Option<fastrand::Rng>> = const { RefCell::new(None) };
}

/// Runs a test once for each seed, each time in another order: every send, every look into a queue and every call is
/// held up for a few turns of the scheduler, as many as the seed says.
///
/// Each run has a runtime of its own, on this thread and on paused time. If one fails, this panics with the seed; and
/// with the environment variable `FLUID_TEST_SEED`, that one runs alone.
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
/// The seed decides the jitter of heartbeats and all that [`fastrand`](https://docs.rs/fastrand) draws on this thread,
/// too. It does not decide what another thread does, or which branch of a `tokio::select!` without `biased` is looked at
/// first: a test that depends on these may fail with a seed once, and not again.
///
/// # Panics
///
/// If a run does; if `FLUID_TEST_SEED` is no number; and within a tokio runtime.
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

/// Whether a test is shuffled on this thread.
pub(crate) fn is_shuffled() -> bool {
    TURNS.with_borrow(Option::is_some)
}

/// Holds the task up, if a test is shuffled.
pub(crate) async fn perturb() {
    let turns = TURNS.with_borrow_mut(|turns| match turns {
        None => 0,
        Some(turns) => turns.u8(..=MOST_TURNS),
    });
    for _ in 0..turns {
        yield_now().await;
    }
}
