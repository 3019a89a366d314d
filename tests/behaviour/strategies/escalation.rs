//! Failures that a group passes on to its parent group.

use std::future::pending;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fluid::{
    Cause, ConsumerHandle, Exit, GroupHandle, OnError, Options, Restart, State, Workers,
    by_hand::Nothing,
};
use tokio::time::{Instant, timeout};

use super::{FAIL, LOSES, PANIC, Part, connect, part, part_with, restarted, restarting, settled};
use crate::support::{Log, counts, each, group, ms, secs};

fn nest(workers: &mut Workers, name: &'static str, inner: Workers) -> GroupHandle {
    nest_with(workers, name, Options::new(), inner)
}

fn nest_with(
    workers: &mut Workers,
    name: &'static str,
    options: Options,
    inner: Workers,
) -> GroupHandle {
    let mut inner = Some(inner);
    workers.add_with(name, options, move || inner.take().expect("built once"))
}

fn failure(exit: &Exit) -> (String, String) {
    let Cause::Failed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    (worker.to_string(), format!("{error:#}"))
}

/// Waits until a worker and its group run, and were restarted this often.
async fn both(worker: &ConsumerHandle<u64>, restarts: u64, inner: &GroupHandle, of_it: u64) {
    let waits = async {
        restarted(worker, restarts).await;
        while inner.status().restarts != of_it || inner.state() != State::Running {
            tokio::time::sleep(ms(1)).await;
        }
    };
    assert!(timeout(secs(60), waits).await.is_ok(), "{}", inner.status());
}

#[tokio::test(start_paused = true)]
async fn an_exhausted_budget_escalates_and_each_group_spends_its_own() {
    let log = Log::default();
    let once = Restart::one_for_one().max_restarts(1).within(secs(1000));
    let mut inner = Workers::new("inner").restart(once);
    let fails = part(&mut inner, "fails", &log);
    let other = part(&mut inner, "other", &log);
    let mut middle = Workers::new("middle").restart(once);
    let inner = nest(&mut middle, "inner", inner);
    let beside = part(&mut middle, "beside", &log);
    let mut workers = group();
    let middle = nest(&mut workers, "middle", middle);
    let running = workers.startup().await.unwrap();

    fails.send(FAIL).await.unwrap();
    both(&fails, 1, &inner, 0).await;
    assert_eq!(other.status().restarts, 0);

    // The budget is used up: the whole group is restarted in place.
    fails.send(PANIC).await.unwrap();
    both(&fails, 2, &inner, 1).await;
    assert_eq!((other.status().restarts, beside.status().restarts), (1, 0));

    // The restarted group has a new budget.
    fails.send(FAIL).await.unwrap();
    both(&fails, 3, &inner, 1).await;
    other.send(7).await.unwrap();

    // That budget is used up too, and so is the one of the parent.
    fails.send(PANIC).await.unwrap();
    let exit = timeout(secs(1), running.wait_for_shutdown()).await.unwrap();
    let (worker, text) = failure(&exit);
    assert_eq!(worker, "middle/inner/fails");
    let parts = [
        "the budget of `middle`, 1 restart within 1000s, is used up: ",
        "the budget of `middle/inner`, 1 restart within 1000s, is used up: panicked: fails was asked to fail",
    ];
    assert!(text.starts_with(&parts.concat()), "{text}");
    assert_eq!(middle.exit().unwrap().restarts(), 0);
    assert_eq!(counts(&exit, "middle/inner/other"), [1, 1, 0, 0, 0]);
    assert_eq!(counts(&exit, "middle/inner/fails"), [4, 0, 4, 0, 0]);
    assert_eq!(exit.code(), 2);
}

#[tokio::test(start_paused = true)]
async fn every_failure_of_a_nested_group_is_a_failure_of_a_member() {
    // Either the group has no strategy, or the worker has `on_error = "stop"`.
    let none = Workers::new("inner");
    let stops = Workers::new("inner").restart(Restart::one_for_one());
    for (mut inner, options) in [
        (none, Options::new()),
        (stops, Options::new().on_error(OnError::Stop)),
    ] {
        let log = Log::default();
        inner.on_startup({
            let log = log.clone();
            move || async move { log.note("on_startup") }
        });
        inner.on_shutdown({
            let log = log.clone();
            move || async move { log.note("on_shutdown") }
        });
        let [fails, fed] = ["fails", "fed"].map(|name| part_with(&mut inner, name, options, &log));
        connect(&mut inner, &fails, &[&fed]);
        let mut workers = group().restart(Restart::one_for_one());
        let inner = nest(&mut workers, "inner", inner);
        let running = workers.startup().await.unwrap();
        fails.send(FAIL).await.unwrap();
        fails.send(1).await.unwrap();
        both(&fails, 1, &inner, 1).await;
        let exit = running.shutdown().await;
        assert_eq!(exit.code(), 0, "{exit}");
        assert_eq!(counts(&exit, "inner/fed"), [1, 1, 0, 0, 0]);
        // The hooks of the group run at its first start and at its end only.
        let starts = ["start fed", "start fails"];
        let ends = ["end fails", "end fed"];
        let expected = [
            &["on_startup"],
            &starts[..],
            &ends,
            &starts,
            &ends,
            &["on_shutdown"],
        ];
        assert_eq!(log.lines(), expected.concat());
        let last = exit
            .worker("inner")
            .unwrap()
            .last_error()
            .unwrap()
            .to_string();
        assert_eq!(last, "fails was asked to fail");
    }
}

#[tokio::test(start_paused = true)]
async fn a_nested_group_without_a_strategy_is_restarted_by_its_parent() {
    let log = Log::default();
    let mut inmost = Workers::new("inmost");
    let fails = part(&mut inmost, "fails", &log);
    let mut inner = Workers::new("inner");
    let inmost = nest(&mut inner, "inmost", inmost);
    let beside = part(&mut inner, "beside", &log);
    let mut workers = group().restart(Restart::one_for_all());
    let inner = nest(&mut workers, "inner", inner);
    let top = part(&mut workers, "top", &log);
    let running = workers.startup().await.unwrap();
    let from = log.lines().len();
    fails.send(FAIL).await.unwrap();
    both(&fails, 1, &inmost, 1).await;
    both(&beside, 1, &inner, 1).await;
    restarted(&top, 1).await;
    let mut lines = log.lines().split_off(from);
    assert!(
        lines[..3].iter().all(|line| line.starts_with("end")),
        "{lines:?}"
    );
    lines.sort();
    let expected = [
        "end beside",
        "end fails",
        "end top",
        "start beside",
        "start fails",
        "start top",
    ];
    assert_eq!(lines, expected);
    assert!(running.shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn one_for_all_restarts_a_nested_group_with_its_siblings_and_ends_it_first() {
    let log = Log::default();
    let mut inner = Workers::new("inner");
    let [a, b] = ["a", "b"].map(|name| {
        let log = log.clone();
        inner.add_with(name, Options::new(), move || Part {
            name,
            log: log.clone(),
            end: ms(500),
        })
    });
    connect(&mut inner, &a, &[&b]);
    let mut workers = group().restart(Restart::one_for_all().backoff(ms(1), ms(1)));
    let inner = nest(&mut workers, "inner", inner);
    let fails = part(&mut workers, "fails", &log);
    let running = workers.startup().await.unwrap();
    for round in 1..=3 {
        let from = log.lines().len();
        fails.send(FAIL).await.unwrap();
        both(&a, round, &inner, round).await;
        restarted(&fails, round).await;
        let mut lines = log.lines().split_off(from);
        assert_eq!(lines[..3], ["end fails", "end a", "end b"]);
        lines[3..].sort();
        assert_eq!(lines[3..], ["start a", "start b", "start fails"]);
    }
    a.send(5).await.unwrap();
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "inner/b"), [1, 1, 0, 0, 0]);
    assert_eq!(exit.code(), 0, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn on_error_of_a_nested_group_answers_its_failure() {
    for (on_error, restarts) in [(OnError::Restart, true), (OnError::Stop, false)] {
        let mut inner = Workers::new("inner");
        let fails = part(&mut inner, "fails", &Log::default());
        let mut workers = match on_error {
            OnError::Restart => group(),
            _ => group().restart(Restart::one_for_one()),
        };
        let inner = nest_with(
            &mut workers,
            "inner",
            Options::new().on_error(on_error),
            inner,
        );
        let running = workers.startup().await.unwrap();
        fails.send(FAIL).await.unwrap();
        if restarts {
            both(&fails, 1, &inner, 1).await;
            assert!(running.shutdown().await.is_success());
        } else {
            let exit = timeout(secs(1), running.wait_for_shutdown()).await.unwrap();
            assert_eq!(
                failure(&exit),
                ("inner/fails".into(), "fails was asked to fail".into())
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_nested_group_with_a_worker_added_by_value_is_not_restarted() {
    let log = Log::default();
    let mut inner = Workers::new("inner");
    inner.add(Part {
        name: "part",
        log: log.clone(),
        end: ms(0),
    });
    let fails = part(&mut inner, "fails", &log);
    let mut workers = group().restart(Restart::one_for_all());
    nest(&mut workers, "inner", inner);
    let beside = part(&mut workers, "beside", &log);
    let running = workers.startup().await.unwrap();
    beside.send(FAIL).await.unwrap();
    let exit = timeout(secs(1), running.wait_for_shutdown()).await.unwrap();
    let (worker, text) = failure(&exit);
    assert_eq!(worker, "beside");
    assert!(
        text.starts_with("`inner/part` cannot be restarted"),
        "{text}"
    );
    assert_eq!(fails.status().restarts, 0);
}

#[tokio::test(start_paused = true)]
async fn a_stop_while_a_nested_group_waits_for_its_restart_lets_it_drain() {
    let log = Log::default();
    let mut inner = Workers::new("inner");
    let [fails, fed] = ["fails", "fed"].map(|name| part(&mut inner, name, &log));
    connect(&mut inner, &fails, &[&fed]);
    let mut workers = group().restart(Restart::one_for_one().backoff(secs(100), secs(100)));
    let inner = nest(&mut workers, "inner", inner);
    let running = workers.startup().await.unwrap();
    fails.send(FAIL).await.unwrap();
    timeout(secs(60), inner.wait_for(State::Restarting))
        .await
        .unwrap();
    restarting(&fed).await;
    for number in 0..5 {
        fails.send(number).await.unwrap();
    }
    tokio::time::sleep(secs(1)).await;
    let asked = Instant::now();
    let exit = running.shutdown().await;
    assert!(asked.elapsed() < ms(10), "{:?}", asked.elapsed());
    assert_eq!(counts(&exit, "inner/fails"), [6, 5, 1, 0, 0]);
    assert_eq!(counts(&exit, "inner/fed"), [5, 5, 0, 0, 0]);
    assert_eq!(exit.code(), 0, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_worker_of_a_nested_group_that_does_not_end_is_cut_off_by_the_parent_group() {
    // The worker would take longer: the grace period of the parent group applies.
    let patient = || Workers::new("inner").grace(secs(60));
    for mut inner in [Workers::new("inner"), patient()] {
        let hangs = inner.add_with("hangs", LOSES, || {
            each(|number: u64| async move {
                if number == 0 {
                    pending::<()>().await;
                }
                Ok(None::<Nothing>)
            })
        });
        let mut workers = group().grace(secs(4)).restart(Restart::one_for_all());
        let inner = nest(&mut workers, "inner", inner);
        let fails = part(&mut workers, "fails", &Log::default());
        let running = workers.startup().await.unwrap();
        hangs.send(0).await.unwrap();
        hangs.send(1).await.unwrap();
        while hangs.queue_size() == 2 {
            tokio::task::yield_now().await;
        }
        let failed = Instant::now();
        fails.send(FAIL).await.unwrap();
        settled(&running, 2).await;
        assert!(
            (ms(3900)..ms(4200)).contains(&failed.elapsed()),
            "{:?}",
            failed.elapsed()
        );
        assert_eq!(inner.state(), State::Running);
        let exit = running.shutdown().await;
        assert_eq!(counts(&exit, "inner/hangs"), [2, 1, 1, 0, 0]);
        assert_eq!(exit.code(), 0, "{exit}");
    }
}

/// Blocks a real thread, and so uses real time.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_worker_of_a_nested_group_that_blocks_its_thread_is_named_by_the_parent_group() {
    let (release, released) = channel::<()>();
    let (entered, enters) = channel::<()>();
    let blocked = Arc::new(Mutex::new((released, entered)));
    let mut inner = Workers::new("inner");
    let stuck = inner.add_with("stuck", Options::new().blocking(), move || {
        let blocked = Arc::clone(&blocked);
        each(move |_: u64| {
            let (released, entered) = &*blocked.lock().unwrap();
            entered.send(()).unwrap();
            let _ = released.recv();
            async { Ok(None::<Nothing>) }
        })
    });
    let mut workers = group().grace(ms(200)).restart(Restart::one_for_all());
    nest(&mut workers, "inner", inner);
    let fails = part(&mut workers, "fails", &Log::default());
    let running = workers.startup().await.unwrap();
    stuck.send(1).await.unwrap();
    enters.recv_timeout(Duration::from_secs(10)).unwrap();
    fails.send(FAIL).await.unwrap();
    let exit = timeout(secs(5), running.wait_for_shutdown()).await.unwrap();
    assert_eq!(failure(&exit).0, "inner/stuck");
    assert!(exit.worker("inner/stuck").unwrap().is_stuck(), "{exit}");
    assert_eq!(exit.code(), 2);
    drop(release);
}

#[tokio::test(start_paused = true)]
async fn a_nested_group_in_backoff_is_restarted_with_its_parent_at_once() {
    let log = Log::default();
    let slowly = Restart::one_for_all().backoff(secs(1000), secs(1000));
    let mut inner = Workers::new("inner").restart(slowly);
    let fails = part(&mut inner, "fails", &log);
    let mut workers = group().restart(Restart::one_for_all());
    let beside = part(&mut workers, "beside", &log);
    let inner = nest(&mut workers, "inner", inner);
    let running = workers.startup().await.unwrap();
    fails.send(FAIL).await.unwrap();
    restarting(&fails).await;
    let asked = Instant::now();
    beside.send(FAIL).await.unwrap();
    both(&fails, 1, &inner, 1).await;
    assert!(asked.elapsed() < secs(1), "{:?}", asked.elapsed());
    assert!(running.shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn a_member_added_by_value_below_a_strategy_explains_why_nothing_was_restarted() {
    let by_value = |log: &Log| Part {
        name: "part",
        log: log.clone(),
        end: ms(0),
    };
    let why = "cannot be restarted, because it was added by value, or";
    // The nested groups have no strategy, so one or both of them escalate the failure.
    for levels in 1..=2 {
        let log = Log::default();
        let mut inner = Workers::new("inner");
        let part = inner.add(by_value(&log));
        let path = if levels == 2 { "middle/inner" } else { "inner" };
        let mut workers = group().restart(Restart::one_for_one());
        if levels == 2 {
            let mut middle = Workers::new("middle");
            nest(&mut middle, "inner", inner);
            nest(&mut workers, "middle", middle);
        } else {
            nest(&mut workers, "inner", inner);
        }
        let running = workers.startup().await.unwrap();
        part.send(PANIC).await.unwrap();
        let exit = timeout(secs(1), running.wait_for_shutdown()).await.unwrap();
        let (worker, text) = failure(&exit);
        assert_eq!(worker, format!("{path}/part"));
        assert!(text.starts_with(&format!("it {why}")), "{text}");
        assert!(text.contains("panicked: part was asked to fail"), "{text}");
        assert!(part.exit().unwrap().to_string().contains(why), "{exit}");
        assert_eq!(exit.code(), 2);
    }

    // The failed worker can be rebuilt, but another member of its group cannot.
    let log = Log::default();
    let mut inner = Workers::new("inner");
    inner.add(by_value(&log));
    let fails = part(&mut inner, "fails", &log);
    let mut workers = group().restart(Restart::one_for_one());
    nest(&mut workers, "inner", inner);
    let running = workers.startup().await.unwrap();
    fails.send(FAIL).await.unwrap();
    let exit = timeout(secs(1), running.wait_for_shutdown()).await.unwrap();
    let (worker, text) = failure(&exit);
    assert_eq!(worker, "inner/fails");
    assert!(text.starts_with(&format!("`inner/part` {why}")), "{text}");
    assert!(text.ends_with("fails was asked to fail"), "{text}");
}
