//! The effect of a stall with `on_stall = "restart"`: on the message, on the worker, and on the other members.

use std::future::pending;

use fluid::{
    Cause, Exit, Failed, OnError, OnExit, OnStall, Options, Restart, Slot, State, Workers,
    by_hand::Nothing, error::Stalled,
};
use tokio::time::{Instant, timeout};

use super::{DoJob, Job, NOW, STALL, add, handled, reports, restarted, restarts};
use crate::support::{Log, assert_conserved, beats, counts, each, group, ms, put, secs};

/// The worker that the cause names, and the text of the error.
fn failure(exit: &Exit) -> (String, String) {
    let Cause::Failed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    (worker.to_string(), format!("{error:#}"))
}

#[tokio::test(start_paused = true)]
async fn a_stall_is_a_failed_attempt_and_the_remaining_attempts_need_no_restart() {
    let mut workers = group();
    let log = Log::default();
    let options = restarts().retry(2).backoff(ms(0), ms(0));
    let slow = add(&mut workers, "slow", options, &log);
    fluid::rule::CanBeTriedAgain::keep_copies(fluid::rule::RULE, &slow);
    let running = workers.startup().await.unwrap();
    slow.send(Job::HangTwice).await.unwrap();
    let began = Instant::now();
    let status = handled(&slow, 1).await;
    assert_eq!((status.stalls, status.restarts), (2, 0));
    assert!(
        began.elapsed() <= 2 * STALL + ms(101),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(log.lines(), ["HangTwice in run 0"; 3]);
    // The third stall is beyond the budget.
    slow.send(Job::Hang).await.unwrap();
    restarted(&slow, 1).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "slow"), [2, 1, 1, 0, 0]);
    assert_eq!(exit.worker("slow").unwrap().stalls(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_message_leaves_by_the_port_failed_and_the_worker_is_restarted() {
    let mut workers = group();
    let log = Log::default();
    let options = restarts().retry(1).on_error(OnError::Skip);
    let slow = add(&mut workers, "slow", options, &log);
    let graves = log.clone();
    let bury = each(move |failed: Failed<Job>| {
        let stalled = failed.error.downcast_ref::<Stalled>().is_some();
        graves.note(format!(
            "{:?} buried {} {stalled}",
            failed.message, failed.attempts
        ));
        async { Ok(None::<Nothing>) }
    });
    let bury = put(&mut workers, "bury", bury);
    workers.connect(slow.failed(), &bury);
    let running = workers.startup().await.unwrap();
    for job in [Job::Hang, Job::FailIn(ms(1)), NOW] {
        slow.send(job).await.unwrap();
    }
    restarted(&slow, 1).await;
    handled(&slow, 3).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "slow"), [3, 1, 2, 0, 0]);
    assert_eq!(counts(&exit, "bury"), [2, 2, 0, 0, 0]);
    assert_eq!(exit.worker("slow").unwrap().restarts(), 1, "{exit}");
    let lines = log.lines();
    for line in [
        "Hang buried 2 true",
        "FailIn(1ms) buried 2 false",
        "Take(0ns) in run 1",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line}: {lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn on_stall_restart_holds_for_every_on_error() {
    for on_error in [
        None,
        Some(OnError::Stop),
        Some(OnError::Skip),
        Some(OnError::Restart),
    ] {
        for strategy in [None, Some(Restart::one_for_one())] {
            let mut workers = group();
            if let Some(strategy) = strategy {
                workers = workers.restart(strategy);
            }
            let mut options = restarts();
            if let Some(on_error) = on_error {
                options = options.on_error(on_error);
            }
            let slow = add(&mut workers, "slow", options, &Log::default());
            let beat = workers.add_with("beat", options.heartbeat(secs(1)), || {
                beats(|| async {
                    pending::<()>().await;
                    Ok(Vec::<Nothing>::new())
                })
            });
            let running = workers.startup().await.unwrap();
            slow.send(Job::Hang).await.unwrap();
            slow.send(NOW).await.unwrap();
            restarted(&slow, 1).await;
            restarted(&beat, 1).await;
            handled(&slow, 2).await;
            let exit = running.shutdown().await;
            assert!(!exit.cause().is_failure(), "{exit}");
            assert_eq!(counts(&exit, "slow"), [2, 1, 1, 0, 0]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stall_that_is_only_reported_is_no_failure() {
    let mut workers = group().restart(Restart::one_for_all().max_restarts(0));
    let options = reports().on_error(OnError::Stop);
    let slow = add(&mut workers, "slow", options, &Log::default());
    let running = workers.startup().await.unwrap();
    slow.send(Job::Take(secs(1000))).await.unwrap();
    handled(&slow, 1).await;
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    let slow = exit.worker("slow").unwrap();
    assert_eq!((slow.stalls(), slow.restarts()), (1, 0));
    assert!(slow.last_error().is_none());
}

/// A chain `a => b => c`, where `b` has a stall.
fn chain(restart: Restart, log: &Log) -> (Workers, [Slot<DoJob>; 3]) {
    let mut workers = group().restart(restart);
    let a = add(&mut workers, "a", Options::new(), log);
    let b = add(&mut workers, "b", restarts(), log);
    let c = add(&mut workers, "c", Options::new(), log);
    workers.connect(&a, &b);
    workers.connect(&b, &c);
    (workers, [a, b, c])
}

#[tokio::test(start_paused = true)]
async fn a_stall_restarts_the_members_that_the_strategy_names() {
    for (restart, restarts) in [
        (Restart::one_for_one(), [0, 1, 0]),
        (Restart::rest_for_one(), [0, 1, 1]),
        (Restart::one_for_all(), [1, 1, 1]),
    ] {
        let (workers, [a, b, c]) = chain(restart, &Log::default());
        let running = workers.startup().await.unwrap();
        b.send(Job::Hang).await.unwrap();
        a.send(NOW).await.unwrap();
        for (worker, restarts) in [&a, &b, &c].into_iter().zip(restarts) {
            restarted(worker, restarts).await;
        }
        handled(&c, 1).await;
        let exit = running.shutdown().await;
        assert_eq!(counts(&exit, "b"), [2, 1, 1, 0, 0]);
        assert!(!exit.cause().is_failure(), "{exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_restart_after_a_stall_spends_the_budget_and_the_last_names_it() {
    let restart = Restart::one_for_one().max_restarts(2).within(secs(1000));
    let (workers, [a, b, _]) = chain(restart, &Log::default());
    let running = workers.startup().await.unwrap();
    for restarts in 1..=2 {
        b.send(Job::Hang).await.unwrap();
        restarted(&b, restarts).await;
    }
    b.send(Job::Hang).await.unwrap();
    a.send(NOW).await.unwrap();
    let exit = timeout(secs(60), running.wait_for_shutdown())
        .await
        .unwrap();
    let (worker, text) = failure(&exit);
    assert_eq!(worker, "b");
    let why = "the budget of `group`, 2 restarts within 1000s, is used up";
    assert!(text.starts_with(why), "{text}");
    assert!(
        text.ends_with("`b` stalled: it gave no sign of life for 10s"),
        "{text}"
    );
    assert_eq!((exit.worker("b").unwrap().restarts(), exit.code()), (2, 2));
    assert_conserved(&exit);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_worker_added_by_value_is_not_restarted_and_the_cause_says_why() {
    let mut workers = group();
    workers.add(Once);
    let running = workers.startup().await.unwrap();
    let exit = timeout(secs(60), running.wait_for_shutdown())
        .await
        .unwrap();
    let (worker, text) = failure(&exit);
    assert_eq!(worker, "once");
    assert!(
        text.contains("`add_with`") && text.contains("`once` stalled"),
        "{text}"
    );
}

/// Hangs in its first call.
#[fluid::worker(stall = "10s", on_stall = "restart")]
async fn once() {
    pending::<()>().await;
}

#[tokio::test(start_paused = true)]
async fn a_stall_beyond_the_budget_of_a_nested_group_escalates() {
    let log = Log::default();
    let once = Restart::one_for_one().max_restarts(1).within(secs(1000));
    let mut inner = Workers::new("inner").restart(once);
    let slow = add(&mut inner, "slow", restarts(), &log);
    let beside = add(&mut inner, "beside", Options::new(), &log);
    let mut workers = group().restart(once);
    let mut made = Some(inner);
    let inner = workers.add_with("inner", Options::new(), move || made.take().unwrap());
    let running = workers.startup().await.unwrap();
    // The nested group answers the first stall, its parent the second, and nothing answers the third.
    slow.send(Job::Hang).await.unwrap();
    restarted(&slow, 1).await;
    assert_eq!(beside.status().restarts, 0);
    slow.send(Job::Hang).await.unwrap();
    restarted(&slow, 2).await;
    assert_eq!((beside.status().restarts, inner.status().restarts), (1, 1));
    for restarts in [3, 3] {
        slow.send(Job::Hang).await.unwrap();
        if slow.status().restarts < restarts {
            restarted(&slow, restarts).await;
        }
    }
    let exit = timeout(secs(60), running.wait_for_shutdown())
        .await
        .unwrap();
    let (worker, text) = failure(&exit);
    assert_eq!(worker, "inner/slow");
    assert!(text.starts_with("the budget of `group`"), "{text}");
    assert!(
        text.ends_with("`inner/slow` stalled: it gave no sign of life for 10s"),
        "{text}"
    );
    assert_eq!(counts(&exit, "inner/slow"), [4, 0, 4, 0, 0]);
    assert_eq!(exit.worker("inner/slow").unwrap().stalls(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_stall_error_returned_by_another_worker_is_an_ordinary_error() {
    let mut workers = group();
    let slow = add(&mut workers, "slow", restarts(), &Log::default());
    // It has a stall itself, and skips failed calls.
    let options = restarts().on_error(OnError::Skip).on_exit(OnExit::Stop);
    let bury = workers.add_with("bury", options.on_stall(OnStall::Restart), || {
        each(|failed: Failed<Job>| async { Err::<Option<Nothing>, _>(failed.error) })
    });
    workers.connect(slow.failed(), &bury);
    let running = workers.startup().await.unwrap();
    slow.send(Job::Hang).await.unwrap();
    handled(&bury, 1).await;
    restarted(&slow, 1).await;
    assert_eq!((bury.status().restarts, bury.state()), (0, State::Running));
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "bury"), [1, 0, 1, 0, 0]);
    assert!(exit.is_success(), "{exit}");
}
