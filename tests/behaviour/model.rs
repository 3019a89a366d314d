//! Random groups with random faults, checked against a model of what must always hold.
//!
//! Each case has a number, which is its seed. `FLUID_MODEL_SEED` is the first seed, and `FLUID_MODEL_CASES` the number
//! of cases. A failure prints the seed, so that the case can be run again.

mod case;
mod check;
mod part;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use fluid::{ConsumerHandle, Exit, Failed, WorkerHandle, Workers};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::support::{each, ms, secs};
use case::{Case, Role};
use part::{Any, Item, Shared};

/// The result of a case.
struct Outcome {
    case: Case,
    exit: Exit,
    /// The records of the members, in the order of the case.
    handles: Vec<WorkerHandle>,
    shared: Vec<Arc<Shared>>,
    /// The members in the order in which their last workers were dropped.
    ends: Vec<usize>,
}

/// The name of the consumer of messages that were given up.
const GRAVES: &str = "graves";

async fn run_case(case: Case) -> Outcome {
    let ends = Arc::default();
    let mut workers = Workers::new("group").grace(ms(case.grace));
    if let Some(restart) = case.restart {
        workers = workers.restart(restart);
    }
    let group = workers.handle();
    let shared: Vec<_> = (0..case.members.len())
        .map(|place| Arc::new(Shared::new(place, &case, group.clone(), Arc::clone(&ends))))
        .collect();
    let seats: Vec<_> = shared
        .iter()
        .map(|shared| Any::sit(&mut workers, shared))
        .collect();
    for (from, member) in case.members.iter().enumerate() {
        seats[from].broadcast(&mut workers);
        for &to in &member.feeds {
            seats[from].connect(&mut workers, &seats[to]);
        }
    }
    if case.members.iter().any(|member| member.failed_wired) {
        let options = fluid::Options::new()
            .capacity(3)
            .on_error(fluid::OnError::Skip);
        let graves = workers.add_with(GRAVES, options, || {
            each(|_: Failed<Item>| async {
                sleep(ms(1)).await;
                Ok(None::<fluid::by_hand::Nothing>)
            })
        });
        for (seat, member) in seats.iter().zip(&case.members) {
            if member.failed_wired {
                seat.wire_failed(&mut workers, &graves);
            }
        }
    }
    let senders: Vec<_> = seats
        .iter()
        .zip(&shared)
        .filter_map(|(seat, shared)| Some(send_all(seat.consumer()?, Arc::clone(shared))))
        .collect();
    let handles = seats.iter().map(Any::worker).collect();
    let running = workers.startup().await.expect("nothing fails at the start");
    let _ = timeout(ms(case.stop_after), running.wait_for_shutdown()).await;
    let limit = ms(case.grace) + secs(1);
    let exit = timeout(limit, running.shutdown())
        .await
        .expect("it ends in time");
    for sender in senders {
        let sent = timeout(secs(600), sender).await;
        sent.expect("no sender waits for a queue that has ended")
            .unwrap();
    }
    let ends = ends.lock().unwrap().clone();
    Outcome {
        case,
        exit,
        handles,
        shared,
        ends,
    }
}

/// Sends to a consumer from outside, whether it accepts or refuses the messages.
fn send_all(to: ConsumerHandle<Item>, shared: Arc<Shared>) -> JoinHandle<()> {
    tokio::spawn(async move {
        for seq in 0..shared.member().public {
            let key = seq * seq % 7;
            // Counted before the send, because an accepted message may be handled at once.
            shared.public.fetch_add(1, Ordering::SeqCst);
            let _ = to
                .send(Item {
                    from: usize::MAX,
                    seq,
                    key,
                })
                .await;
            sleep(ms(seq % 5)).await;
        }
    })
}

fn run(seed: u64) {
    // The jitter of the runtime uses the same generator.
    fastrand::seed(seed);
    let case = Case::random(seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let outcome =
        runtime.block_on(async { timeout(Duration::from_secs(36_000), run_case(case)).await });
    check::check(&outcome.expect("it ends"));
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect(name))
}

#[test]
fn random_groups_obey_the_model() {
    let first = setting("FLUID_MODEL_SEED", 0);
    let cases = setting("FLUID_MODEL_CASES", 400);
    for seed in first..first + cases {
        if let Err(failed) = catch_unwind(AssertUnwindSafe(|| run(seed))) {
            eprintln!(
                "FLUID_MODEL_SEED={seed} FLUID_MODEL_CASES=1\n{:#?}",
                Case::random(seed)
            );
            resume_unwind(failed);
        }
    }
}

/// The default cases reach every situation for which the model has a rule.
#[test]
fn the_random_groups_cover_every_case_of_the_model() {
    let cases: Vec<_> = (0..400).map(Case::random).collect();
    let any = |has: fn(&case::Member) -> bool| {
        cases
            .iter()
            .filter(|case| case.members.iter().any(has))
            .count()
    };
    for (what, count) in [
        ("lanes with a key", any(|m| m.lanes > 1 && m.role.keyed())),
        ("lanes without", any(|m| m.lanes > 1 && !m.role.keyed())),
        ("batches", any(|m| matches!(m.role, Role::Heap { .. }))),
        ("retries", any(|m| m.retry > 0)),
        ("a port failed", any(|m| m.failed_wired)),
        ("fan-out", any(|m| m.feeds.len() > 1)),
        ("hangs", any(|m| m.hangs > 0)),
        ("stalls", any(|m| m.hangs > 0 && m.on_stall.is_some())),
        (
            "stalls that restart",
            any(|m| m.hangs > 0 && m.is_cut_off()),
        ),
        (
            "strategies",
            cases.iter().filter(|case| case.restart.is_some()).count(),
        ),
        (
            "force",
            cases.iter().filter(|case| case.grace < 1000).count(),
        ),
        ("calm", cases.iter().filter(|case| case.is_calm()).count()),
    ] {
        assert!(count >= 40, "{what}: {count}");
    }
}
