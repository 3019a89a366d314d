//! The model: invariants that hold for every group, whatever faults it had.

use std::sync::atomic::Ordering;

use fluid::{Exit, OnError, OnStall, error::Stalled};

use super::case::Role;
use super::{GRAVES, Outcome};
use crate::support::assert_conserved;

pub(super) fn check(outcome: &Outcome) {
    let exit = &outcome.exit;
    assert_conserved(exit);
    for (place, shared) in outcome.shared.iter().enumerate() {
        let alive = shared.alive.load(Ordering::SeqCst);
        assert_eq!(alive, 0, "{place} is left\n{exit}");
        let violations = shared.violations.lock().unwrap();
        assert!(violations.is_empty(), "{place}: {violations:?}\n{exit}");
    }
    (0..outcome.case.members.len()).for_each(|place| check_member(outcome, place));
    let lost: u64 = exit.workers().iter().map(Exit::lost).sum();
    assert_eq!(exit.lost(), lost, "{exit}");
    assert!(lost == 0 || !exit.is_success(), "{exit}");
    check_stalls(outcome);
    check_graves(outcome);
    check_budget(outcome);
    check_order(outcome);
    let stuck = exit.workers().iter().find(|worker| worker.is_stuck());
    assert!(stuck.is_none(), "nothing here blocks its thread: {exit}");
}

/// Every message that was sent arrived, and every message that arrived was handled.
fn check_member(outcome: &Outcome, place: usize) {
    let (case, exit) = (&outcome.case, &outcome.exit);
    let (member, shared) = (&case.members[place], &outcome.shared[place]);
    let mine = outcome.handles[place].exit().expect("it has ended");
    let sent = mine.emitted() + mine.unsent();
    let stamped = shared.stamped.load(Ordering::SeqCst);
    let failed = mine.counts().map_or(0, |counts| counts.failed);
    // A message that is given up leaves by the port `failed`, unless the send is cut off.
    let given_up = if member.failed_wired { failed } else { 0 };
    let all = stamped + given_up;
    let left = if case.is_calm() {
        all..=all
    } else {
        stamped..=all
    };
    assert!(
        left.contains(&sent),
        "{place}: {sent} sent, {left:?} made\n{exit}"
    );
    let Some(mut counts) = mine.counts().filter(|_| member.role != Role::Source) else {
        return;
    };
    // What leaves by the port `failed` is lost only if it is cut off or refused.
    let lost = if member.failed_wired {
        0..=failed
    } else {
        failed..=failed
    };
    assert!(lost.contains(&counts.lost), "{place}: {counts:?}\n{exit}");
    let undelivered = match mine.cause().is_failure() {
        true => counts.undelivered,
        false => 0,
    };
    let lost = counts.lost + undelivered;
    assert_eq!(mine.lost(), lost, "{place}: {exit}");
    let succeeded = shared.succeeded.load(Ordering::SeqCst);
    // A message from outside may be refused after the exit has been written.
    counts.refused = outcome.handles[place].status().counts.unwrap().refused;
    let public = shared.public.load(Ordering::SeqCst);
    let fed: u64 = case
        .feeders(place)
        .map(|from| outcome.shared[from].stamped.load(Ordering::SeqCst))
        .sum();
    let arrived = counts.accepted + counts.refused;
    assert!(
        arrived <= fed + public,
        "{place}: {fed} + {public}, {counts:?}\n{exit}"
    );
    assert!(
        counts.done <= succeeded,
        "{place}: {succeeded}, {counts:?}\n{exit}"
    );
    let attempted = shared.attempts.lock().unwrap().len() as u64;
    assert!(
        counts.done + counts.failed <= attempted,
        "{place}: {attempted}, {counts:?}\n{exit}"
    );
    if !case.is_calm() {
        return;
    }
    assert!(!mine.is_forced(), "{exit}");
    assert_eq!(
        arrived,
        fed + public,
        "{place}: {fed} + {public}, {counts:?}\n{exit}"
    );
    assert_eq!(counts.done, succeeded, "{place}: {counts:?}\n{exit}");
    assert_eq!(
        counts.done + counts.failed,
        attempted,
        "{place}: {counts:?}\n{exit}"
    );
    if !mine.cause().is_failure() {
        assert_eq!(counts.undelivered, 0, "{place}: {counts:?}\n{exit}");
    }
    let skips = member.failed_wired || member.on_error == Some(OnError::Skip);
    // Only a restart answers a stall with `on_stall = "restart"`.
    if skips && !member.is_cut_off() {
        assert!(
            !mine.cause().is_failure() && mine.last_error().is_some() == (failed > 0)
                || member.retry > 0,
            "{exit}"
        );
    }
}

/// A member without the option `stall` has no stalls, and a stall that is only reported is no failure.
fn check_stalls(outcome: &Outcome) {
    for (member, handle) in outcome.case.members.iter().zip(&outcome.handles) {
        let exit = handle.exit().expect("it has ended");
        let error = exit.last_error();
        let stalled = error.is_some_and(|error| error.downcast_ref::<Stalled>().is_some());
        let allowed = match member.on_stall {
            None => exit.stalls() == 0 && !stalled,
            Some(OnStall::Report) => !stalled,
            Some(_) => !stalled || exit.stalls() > 0,
        };
        assert!(allowed, "{:?}: {exit}", member.on_stall);
    }
}

/// Every message that was given up arrived at the consumer of the port `failed`.
fn check_graves(outcome: &Outcome) {
    let wired = outcome
        .case
        .members
        .iter()
        .zip(&outcome.handles)
        .zip(&outcome.shared);
    let sent: u64 = wired
        .filter(|((member, _), _)| member.failed_wired)
        .map(|((_, handle), shared)| {
            let exit = handle.exit().unwrap();
            exit.emitted() + exit.unsent() - shared.stamped.load(Ordering::SeqCst)
        })
        .sum();
    let Some(graves) = outcome.exit.worker(GRAVES) else {
        return;
    };
    let counts = graves.counts().unwrap();
    let arrived = counts.accepted + counts.refused;
    assert!(arrived <= sent, "{sent} given up\n{}", outcome.exit);
    if outcome.case.is_calm() {
        assert_eq!(arrived, sent, "{}", outcome.exit);
        assert_eq!(counts.done, counts.accepted, "{}", outcome.exit);
    }
}

/// Until it stops, a group with a strategy restarts its members no more often than its budget allows.
fn check_budget(outcome: &Outcome) {
    if outcome.case.restart.is_none() {
        return;
    }
    let most = u64::from(outcome.case.max_restarts);
    let restarts = outcome
        .shared
        .iter()
        .map(|shared| shared.restarts.load(Ordering::SeqCst));
    let restarts: Vec<_> = restarts.collect();
    assert!(
        restarts.iter().all(|count| *count <= most),
        "{restarts:?} of {most}"
    );
    if outcome.case.one_for_one {
        assert!(
            restarts.iter().sum::<u64>() <= most,
            "{restarts:?} of {most}"
        );
    }
}

/// Without failures and force, a consumer ends after all members that feed it.
fn check_order(outcome: &Outcome) {
    let (case, ends) = (&outcome.case, &outcome.ends);
    let orderly = outcome
        .exit
        .workers()
        .iter()
        .all(|worker| !worker.is_forced() && !worker.cause().is_failure());
    if !orderly {
        return;
    }
    let end = |place: usize| ends.iter().rposition(|end| *end == place);
    for to in 0..case.members.len() {
        for from in case.feeders(to) {
            assert!(
                end(from) < end(to),
                "{from} ended after {to}: {ends:?}\n{}",
                outcome.exit
            );
        }
    }
}
