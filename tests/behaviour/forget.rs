//! Workers that their group forgets when they have ended.

use std::time::Duration;

use fluid::{
    Cause, Context, Error, OnError, OnExit, OnLost, Options, Restart, State, Worker, WorkerExt,
    Workers,
    by_hand::{Io, Nothing},
    edge::PortOutput,
    worker,
};
use tokio::time::timeout;

use crate::support::{
    assert_conserved, body, boxed, count, each, group, idle, ms, pass, put, put_with, secs, sink,
};

const FORGET: Options = Options::new().on_exit(OnExit::Forget);

#[tokio::test(start_paused = true)]
async fn a_forgotten_worker_leaves_its_group_and_only_its_counts_stay() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    for round in 1..=3 {
        let job = running
            .add_with("job", FORGET, || sink::<u64>(ms(5)))
            .unwrap();
        assert_eq!(job.worker_name(), "job", "the name is free again");
        for number in 0..4 {
            job.send(number).await.unwrap();
        }
        let exit = job.shutdown().await;
        assert_eq!(exit.counts().unwrap().done, 4);
        // The supervisor may answer the end after the exit is known.
        let gone = async {
            while running.num_workers() > 1 {
                tokio::task::yield_now().await;
            }
        };
        timeout(secs(1), gone).await.expect("it is forgotten");
        let status = running.status();
        assert!(status.worker("job").is_none());
        let forgotten = status.forgotten.unwrap();
        assert_eq!(
            (forgotten.workers, forgotten.counts.done),
            (round, 4 * round)
        );
        assert!(status.to_string().contains("forgotten, "), "{status}");
    }
    let exit = running.shutdown().await;
    let names: Vec<_> = exit.workers().iter().map(fluid::Exit::name).collect();
    assert_eq!(names, ["idle"]);
    let forgotten = exit.forgotten().unwrap();
    assert_eq!((forgotten.workers, forgotten.counts.accepted), (3, 12));
    assert!(forgotten.counts.conserved() && exit.is_success(), "{exit}");
    let told = "3 workers forgotten, 12 accepted, 12 done";
    assert!(exit.to_string().ends_with(told), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_ends_at_the_stop_of_its_group_is_not_forgotten() {
    let mut workers = group();
    let slow = put_with(&mut workers, "slow", FORGET, sink::<u64>(secs(1)));
    put_with(&mut workers, "idle", FORGET, idle());
    let running = workers.startup().await.unwrap();
    slow.send(1).await.unwrap();
    let exit = running.shutdown().await;
    assert_eq!(exit.workers().len(), 2, "{exit}");
    assert!(exit.forgotten().is_none() && exit.is_success(), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn on_exit_forget_does_not_hide_a_failure() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let fails = body::<Nothing, Nothing>(|_, _| Box::pin(async { Err("broken".into()) }));
    put_with(&mut workers, "fails", FORGET, fails);
    let running = workers.startup().await.unwrap();
    let exit = timeout(secs(1), running.wait_for_shutdown()).await.unwrap();
    assert!(matches!(exit.cause(), Cause::Failed { worker, .. } if &**worker == "fails"));
    assert_eq!((exit.code(), exit.workers().len()), (2, 2), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn lost_messages_and_force_of_a_forgotten_worker_count_for_the_exit_code() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let options = FORGET.on_error(OnError::Skip).grace(secs(1));
    let picky = workers.add_with("picky", options, || {
        each(|number: u64| async move {
            match number {
                0 => Err("no")?,
                1 => std::future::pending().await,
                _ => Ok(None::<Nothing>),
            }
        })
    });
    let running = workers.startup().await.unwrap();
    for number in [0, 2, 1] {
        picky.send(number).await.unwrap();
    }
    let own = picky.shutdown().await;
    assert!(own.is_forced() && own.lost() == 1, "{own}");
    picky.wait_for(State::ForceStopped).await;
    tokio::time::sleep(ms(1)).await;
    let exit = running.shutdown().await;
    let forgotten = exit.forgotten().expect("it is forgotten");
    assert_eq!((forgotten.lost, forgotten.forced), (1, 1));
    assert!(
        exit.is_forced() && exit.lost() == 1 && exit.code() == 2,
        "{exit}"
    );
    let told = "(exit code 2 for 1 lost message)\n  lost: 2 messages: 2 of forgotten workers (1 failed, 1 undelivered)\n";
    assert!(exit.to_string().contains(told), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_group_is_one_worker_and_its_members_are_in_the_sums() {
    let mut inner = Workers::new("inner");
    let first = put(&mut inner, "first", pass::<u64>(ms(1)));
    let second = put(&mut inner, "second", sink::<u64>(ms(1)));
    inner.connect(&first, &second);
    let mut inner = Some(inner);
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let handle = workers.add_with("inner", FORGET, move || inner.take().unwrap());
    let running = workers.startup().await.unwrap();
    first.send(1).await.unwrap();
    assert!(handle.shutdown().await.is_success());
    tokio::time::sleep(ms(1)).await;
    let exit = running.shutdown().await;
    let forgotten = exit.forgotten().unwrap();
    assert_eq!((forgotten.workers, forgotten.emitted), (1, 1));
    assert_eq!((forgotten.counts.accepted, forgotten.counts.done), (2, 2));
    assert!(exit.is_success(), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_consumer_refuses_its_feeder_which_drains_as_before() {
    let mut workers = group();
    let source = put(&mut workers, "source", count(20, ms(10)));
    workers.broadcast(&source);
    let brief = put_with(&mut workers, "brief", FORGET, sink::<u64>(ms(1)));
    let last = put(&mut workers, "last", sink::<u64>(ms(50)));
    workers.connect(&source, &brief);
    workers.connect(&source, &last);
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(ms(55)).await;
    let exit = brief.shutdown().await;
    assert_eq!(exit.counts().unwrap().done, 6);
    tokio::time::sleep(ms(300)).await;
    let exit = running.shutdown().await;
    let counts = exit.worker("last").unwrap().counts().unwrap();
    assert_eq!((counts.accepted, counts.done), (20, 20), "{exit}");
    let forgotten = exit.forgotten().expect("it is forgotten");
    assert_eq!((forgotten.workers, forgotten.counts.accepted), (1, 6));
    assert_eq!(brief.status().counts.unwrap().refused, 14);
    // A message of a broadcast is sent as soon as one consumer accepts it.
    assert_eq!(exit.worker("source").unwrap().unsent(), 0, "{exit}");
    assert!(exit.is_success(), "{exit}");
    assert_conserved(&exit);
}

#[tokio::test(start_paused = true)]
async fn a_restart_of_all_that_is_downstream_leaves_out_what_was_removed() {
    for forgets in [false, true] {
        let restart = Restart::rest_for_one().backoff(ms(1), ms(1));
        let mut workers = group().restart(restart);
        let flaky = workers.add_with("flaky", Options::new().on_lost(OnLost::Ignore), || {
            each(|number: u64| async move {
                match number {
                    0 => Err("flaky")?,
                    number => Ok(Some(number)),
                }
            })
        });
        let sink = workers.add_with("sink", FORGET, || sink::<u64>(Duration::ZERO));
        workers.connect(&flaky, &sink);
        let sink = sink.handle();
        let running = workers.startup().await.unwrap();
        if forgets {
            let _ = sink.shutdown().await;
        } else {
            let _ = running.remove(&sink).await;
        }
        tokio::time::sleep(ms(1)).await;
        flaky.send(0).await.unwrap();
        tokio::time::sleep(ms(10)).await;
        assert_eq!(
            (flaky.state(), flaky.status().restarts),
            (State::Running, 1)
        );
        let exit = running.shutdown().await;
        assert!(exit.is_success(), "{exit}");
    }
}

const FORGET_FAILURE: Options = Options::new().on_error(OnError::Forget);

/// Fails at each number below 10.
async fn picky(number: u64) -> Result<Option<Nothing>, Error> {
    assert!(number != 9, "nine");
    if number < 10 {
        return Err(format!("{number} is too small").into());
    }
    Ok(None)
}

#[tokio::test(start_paused = true)]
async fn a_group_goes_on_without_a_worker_that_failed_and_is_forgotten() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let fails = || body::<Nothing, Nothing>(|_, _| Box::pin(async { Err("broken".into()) }));
    let first = workers.add_with("first", FORGET_FAILURE, fails);
    let running = workers.startup().await.unwrap();
    let second = running.add_with("second", FORGET_FAILURE, fails).unwrap();
    let panics = running
        .add_with("panics", FORGET_FAILURE, || each(picky))
        .unwrap();
    panics.send(9).await.unwrap();
    for worker in [first.worker(), second.worker(), panics.worker()] {
        let exit = worker.wait_for_shutdown().await;
        assert!(exit.cause().is_failure(), "{exit}");
    }
    tokio::time::sleep(secs(1)).await;
    assert_eq!(
        (running.state(), running.num_workers()),
        (State::Running, 1)
    );
    let exit = running.shutdown().await;
    let forgotten = exit.forgotten().unwrap();
    assert_eq!((forgotten.workers, forgotten.failed), (3, 3));
    assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
    let told = "3 workers forgotten, 3 of them failed";
    assert!(exit.to_string().contains(told), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn messages_that_fail_with_a_forgotten_worker_give_exit_code_2() {
    for (on_lost, messages, expected) in [
        (OnLost::Fail, 0, (0, 0)),
        (OnLost::Fail, 1, (1, 2)),
        (OnLost::Fail, 3, (3, 2)),
        (OnLost::Ignore, 3, (0, 0)),
    ] {
        let mut workers = group();
        put(&mut workers, "idle", idle());
        let options = FORGET_FAILURE.on_lost(on_lost);
        let picky = workers.add_with("picky", options, || each(picky));
        if messages == 0 {
            // It fails without a message.
            let fails = body::<Nothing, Nothing>(|_, _| Box::pin(async { Err("broken".into()) }));
            put_with(&mut workers, "fails", FORGET_FAILURE, fails);
        }
        for number in 0..messages {
            picky.send(number).await.unwrap();
        }
        let running = workers.startup().await.unwrap();
        tokio::time::sleep(secs(1)).await;
        assert!(running.is_running(), "{}", running.status());
        let exit = running.shutdown().await;
        let forgotten = exit.forgotten().unwrap();
        assert_eq!((forgotten.workers, forgotten.failed), (1, 1));
        assert!(forgotten.counts.conserved(), "{exit}");
        assert_eq!((exit.lost(), exit.code()), expected, "{exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_fails_at_the_stop_of_its_group_is_kept_and_does_not_fail_the_stop() {
    let mut workers = group();
    let options = FORGET_FAILURE.on_lost(OnLost::Ignore);
    let slow = each(|_: u64| async {
        tokio::time::sleep(secs(1)).await;
        Err::<Option<Nothing>, _>("late".into())
    });
    let slow = put_with(&mut workers, "slow", options, slow);
    let running = workers.startup().await.unwrap();
    slow.send(1).await.unwrap();
    let exit = running.shutdown().await;
    assert!(
        matches!(exit.cause(), Cause::Stopped) && exit.is_success(),
        "{exit}"
    );
    let own = exit.worker("slow").expect("it is kept");
    assert!(own.cause().is_failure(), "{exit}");
    assert!(exit.forgotten().is_none(), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_removed_worker_that_fails_while_it_drains_does_not_stop_its_group() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let slow = workers.add_with("slow", FORGET_FAILURE, || {
        each(|_: u64| async {
            tokio::time::sleep(secs(1)).await;
            Err::<Option<Nothing>, _>("late".into())
        })
    });
    let running = workers.startup().await.unwrap();
    slow.send(1).await.unwrap();
    let own = running.remove(&slow).await.expect("a member");
    assert!(own.cause().is_failure(), "{own}");
    tokio::time::sleep(secs(1)).await;
    assert!(running.is_running(), "{}", running.status());
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    // The caller of `remove` has its exit.
    assert!(exit.forgotten().is_none(), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_running_group_that_a_late_member_fails_is_forgotten_by_the_group_above() {
    let inner = Workers::new("inner");
    let inside = inner.handle();
    let mut inner = Some(inner);
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let handle = workers.add_with("inner", FORGET_FAILURE, move || inner.take().unwrap());
    let running = workers.startup().await.unwrap();
    inside
        .add_with("unstartable", Options::new(), || Unstartable)
        .unwrap();
    let exit = handle.wait_for_shutdown().await;
    assert!(
        matches!(exit.cause(), Cause::StartupFailed { .. }),
        "{exit}"
    );
    tokio::time::sleep(secs(1)).await;
    assert!(running.is_running(), "{}", running.status());
    let exit = running.shutdown().await;
    assert_eq!(exit.forgotten().unwrap().failed, 1);
    assert!(exit.is_success(), "{exit}");
}

/// Cannot start.
struct Unstartable;

impl Worker for Unstartable {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        Err("no database".into())
    }

    async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_on_startup_fails_the_start_of_a_group_and_not_a_running_one() {
    let mut workers = group();
    workers.add_with("unstartable", FORGET_FAILURE, || Unstartable);
    let exit = workers.startup().await.unwrap_err();
    assert!(
        matches!(exit.cause(), Cause::StartupFailed { .. }),
        "{exit}"
    );

    let mut workers = group();
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    let added = running
        .add_with("unstartable", FORGET_FAILURE, || Unstartable)
        .unwrap();
    let exit = added.wait_for_shutdown().await;
    assert!(
        matches!(exit.cause(), Cause::StartupFailed { .. }),
        "{exit}"
    );
    tokio::time::sleep(secs(1)).await;
    assert_eq!(
        (running.state(), running.num_workers()),
        (State::Running, 1)
    );
    let exit = running.shutdown().await;
    assert_eq!(exit.forgotten().unwrap().failed, 1);
    assert!(exit.is_success(), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_worker_is_restarted_within_its_own_budget_and_then_forgotten() {
    let options = FORGET_FAILURE
        .on_lost(OnLost::Ignore)
        .max_restarts(2)
        .within(secs(60));
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let flaky = workers.add_with("picky", options, || each(picky));
    let running = workers.startup().await.unwrap();
    for round in 0..4 {
        // Two failures in each minute are within the budget.
        for number in [1, 2] {
            flaky.send(number).await.unwrap();
            tokio::time::sleep(secs(6)).await;
        }
        assert_eq!(flaky.status().restarts, 2 * (round + 1));
        tokio::time::sleep(secs(60)).await;
    }
    for number in 1..=3 {
        flaky.send(number).await.unwrap();
    }
    let exit = flaky.wait_for_shutdown().await;
    assert_eq!(exit.restarts(), 10);
    let told = "its budget, 2 restarts within 60s, is used up: 3 is too small";
    assert!(exit.to_string().contains(told), "{exit}");
    tokio::time::sleep(secs(1)).await;
    assert_eq!(
        (running.state(), running.num_workers()),
        (State::Running, 1)
    );
    let exit = running.shutdown().await;
    assert_eq!(exit.forgotten().unwrap().restarts, 10);
    assert!(exit.is_success(), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_worker_whose_own_budget_is_used_up_fails_its_group() {
    for strategy in [None, Some(Restart::one_for_one().max_restarts(100))] {
        let mut workers = group();
        if let Some(strategy) = strategy {
            workers = workers.restart(strategy);
        }
        let options = match strategy {
            None => Options::new().on_error(OnError::Restart),
            Some(_) => Options::new(),
        };
        let flaky = workers.add_with("picky", options.max_restarts(1), || each(picky));
        let running = workers.startup().await.unwrap();
        for number in [1, 2] {
            flaky.send(number).await.unwrap();
        }
        let exit = timeout(secs(5), running.wait_for_shutdown()).await.unwrap();
        let told = "its budget, 1 restart within 30s, is used up: 2 is too small";
        assert!(exit.to_string().contains(told), "{exit}");
        assert_eq!(exit.worker("picky").unwrap().restarts(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_nested_group_that_fails_is_forgotten_by_the_group_above() {
    let mut inner = Workers::new("inner").restart(Restart::one_for_one().max_restarts(1));
    let deep = inner.add_with("picky", Options::new(), || each(picky));
    let mut inner = Some(inner);
    // The strategy of the group above does not answer it.
    let mut workers = group().restart(Restart::one_for_one());
    put(&mut workers, "idle", idle());
    let handle = workers.add_with("inner", FORGET_FAILURE, move || inner.take().unwrap());
    let running = workers.startup().await.unwrap();
    for number in [1, 2] {
        deep.send(number).await.unwrap();
    }
    let exit = handle.wait_for_shutdown().await;
    assert_eq!((exit.code(), exit.restarts()), (2, 0), "{exit}");
    tokio::time::sleep(secs(1)).await;
    assert_eq!(
        (running.state(), running.num_workers()),
        (State::Running, 1)
    );
    let exit = running.shutdown().await;
    let forgotten = exit.forgotten().unwrap();
    assert_eq!((forgotten.failed, forgotten.restarts), (1, 1), "{exit}");
    assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
    assert_eq!((exit.lost(), exit.code()), (2, 2), "{exit}");
}

/// What a worker returns that ends as soon as it runs.
type Ran = Result<(), Error>;

#[tokio::test(start_paused = true)]
async fn a_worker_that_ends_before_its_group_has_started_is_forgotten_too() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let done = body::<Nothing, Nothing>(|_, _| Box::pin(async { Ran::Ok(()) }));
    put_with(&mut workers, "done", FORGET, done);
    put(&mut workers, "slow", crate::support::SlowStart(secs(1)));
    let running = workers.startup().await.unwrap();
    assert_eq!(running.num_workers(), 2, "{}", running.status());
    let exit = running.shutdown().await;
    assert_eq!(exit.forgotten().unwrap().workers, 1);
    assert!(exit.is_success(), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_draining_consumer_is_restarted_beyond_its_own_budget() {
    for (on_error, alone) in [
        (OnError::Restart, false),
        (OnError::Restart, true),
        (OnError::Forget, false),
        (OnError::Forget, true),
    ] {
        let options = Options::new().on_lost(OnLost::Ignore);
        let options = options.on_error(on_error).max_restarts(1);
        let mut workers = group();
        put(&mut workers, "idle", idle());
        let flaky = workers.add_with("picky", options, || each(picky));
        let running = workers.startup().await.unwrap();
        flaky.send(1).await.unwrap();
        tokio::time::sleep(secs(1)).await;
        assert_eq!(flaky.status().restarts, 1);
        for number in [2, 10, 11] {
            flaky.send(number).await.unwrap();
        }
        let own = if alone {
            flaky.shutdown().await
        } else {
            running.shutdown().await.worker("picky").unwrap().clone()
        };
        let counts = own.counts().unwrap();
        assert_eq!((counts.done, counts.undelivered), (2, 0), "{own}");
        assert!(own.is_success(), "{own}");
        assert!(running.shutdown().await.is_success());
    }
}

/// How many messages a group and its worker `inner` have lost, after the failed `inner` was forgotten.
async fn lost_by(inner: Workers, send: impl AsyncFnOnce()) -> (u64, u64) {
    let mut inner = Some(inner);
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let handle = workers.add_with("inner", FORGET_FAILURE, move || inner.take().unwrap());
    let running = workers.startup().await.unwrap();
    send().await;
    let own = handle.wait_for_shutdown().await;
    tokio::time::sleep(secs(1)).await;
    let exit = running.shutdown().await;
    let forgotten = exit.forgotten().expect("it is forgotten");
    assert_eq!((forgotten.failed, forgotten.lost), (1, exit.lost()));
    (own.lost(), exit.lost())
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_group_has_lost_what_its_consumers_count_as_lost() {
    for (on_lost, expected) in [(OnLost::Ignore, 0), (OnLost::Fail, 3)] {
        let mut inner = Workers::new("inner");
        let only = inner.add_with("picky", Options::new().on_lost(on_lost), || each(picky));
        let only = only.handle();
        let lost = lost_by(inner, async || {
            for number in [1, 10, 11] {
                only.send(number).await.unwrap();
            }
        });
        assert_eq!(lost.await, (expected, expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_a_forgotten_worker_of_a_forgotten_group_lost_counts_once() {
    let mut inner = Workers::new("inner");
    let tenant = inner.add_with("tenant", FORGET_FAILURE, || each(picky));
    let fails = put(&mut inner, "fails", each(picky)).handle();
    let tenant = tenant.handle();
    let lost = lost_by(inner, async || {
        for number in [1, 10, 11] {
            tenant.send(number).await.unwrap();
        }
        let exit = tenant.wait_for_shutdown().await;
        assert_eq!(exit.lost(), 3, "{exit}");
        tokio::time::sleep(secs(1)).await;
        fails.send(1).await.unwrap();
    });
    assert_eq!(lost.await, (4, 4));
}

#[tokio::test(start_paused = true)]
async fn restarts_within_the_own_budget_of_a_forgotten_worker_spend_none_of_its_group() {
    let lossy = Options::new().on_lost(OnLost::Ignore);
    let tenant = lossy.on_error(OnError::Forget).max_restarts(1);
    let mut workers = group().restart(Restart::one_for_one().max_restarts(1));
    let other = workers.add_with("other", lossy, || each(picky));
    let tenants = ["a", "b"].map(|name| workers.add_with(name, tenant, || each(picky)));
    let [a, b] = &tenants;
    let running = workers.startup().await.unwrap();
    for worker in [a, b, &other] {
        worker.send(1).await.unwrap();
        tokio::time::sleep(secs(1)).await;
        let status = worker.status();
        assert_eq!((status.state, status.restarts), (State::Running, 1));
    }
    a.send(1).await.unwrap();
    let exit = a.wait_for_shutdown().await;
    let told = "its budget, 1 restart within 30s, is used up";
    assert!(exit.to_string().contains(told), "{exit}");
    tokio::time::sleep(secs(1)).await;
    assert_eq!(
        (running.state(), running.num_workers()),
        (State::Running, 2)
    );
    assert!(running.shutdown().await.is_success());
}

/// Ends at once.
#[worker(on_exit = "forget", on_error = "forget")]
async fn once(fails: bool) -> Result<(), &'static str> {
    if fails { Err("broken") } else { Ok(()) }
}

#[tokio::test(start_paused = true)]
async fn a_standalone_worker_is_not_forgotten_and_its_end_is_that_of_the_program() {
    for (fails, code) in [(false, 0), (true, 2)] {
        let ran = timeout(secs(60), Once { fails }.run_alone());
        let exit = ran.await.expect("it ends");
        assert_eq!((exit.code(), exit.workers().len()), (code, 1), "{exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_worker_that_was_added_by_value_is_not_restarted() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    let exit = running.add(ByValue).unwrap().wait_for_shutdown().await;
    let told = "it cannot be restarted, because it was added by value";
    assert!(exit.to_string().contains(told), "{exit}");
    tokio::time::sleep(secs(1)).await;
    assert_eq!(
        (running.state(), running.num_workers()),
        (State::Running, 1)
    );
    assert!(running.shutdown().await.is_success());
}

/// Fails at once.
#[worker(on_error = "forget", max_restarts = 3)]
async fn by_value() -> Result<(), &'static str> {
    Err("broken")
}

#[tokio::test(start_paused = true)]
async fn a_consumer_with_lanes_is_forgotten_as_one_worker() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let options = FORGET_FAILURE.concurrency(3);
    let lanes = workers.add_with("picky", options, || each(picky));
    let running = workers.startup().await.unwrap();
    for number in [10, 11, 12, 1] {
        lanes.send(number).await.unwrap();
    }
    let own = lanes.wait_for_shutdown().await;
    assert!(own.cause().is_failure(), "{own}");
    tokio::time::sleep(secs(1)).await;
    let exit = running.shutdown().await;
    let forgotten = exit.forgotten().unwrap();
    assert_eq!((forgotten.workers, forgotten.failed), (1, 1));
    assert_eq!((forgotten.counts.accepted, forgotten.counts.failed), (4, 1));
    assert!(forgotten.counts.conserved(), "{exit}");
}

/// Starts only if it is the first of its kind.
struct Starts {
    first: bool,
}

impl Worker for Starts {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        if self.first {
            Ok(())
        } else {
            Err("no database".into())
        }
    }

    async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        ctx.stopping().await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_of_all_goes_on_without_a_member_that_is_forgotten_during_it() {
    let lossy = Options::new().on_lost(OnLost::Ignore);
    let mut workers = group().restart(Restart::one_for_all());
    let flaky = workers.add_with("flaky", lossy, || each(picky));
    let mut builds = 0;
    workers.add_with("tenant", FORGET_FAILURE, move || {
        builds += 1;
        Starts { first: builds == 1 }
    });
    let last = workers.add_with("last", lossy, || each(picky));
    let running = workers.startup().await.unwrap();
    flaky.send(1).await.unwrap();
    tokio::time::sleep(secs(5)).await;
    assert_eq!(
        (running.state(), running.num_workers()),
        (State::Running, 2)
    );
    for worker in [&flaky, &last] {
        let status = worker.status();
        assert_eq!((status.state, status.restarts), (State::Running, 1));
    }
    let exit = running.shutdown().await;
    assert_eq!(exit.forgotten().unwrap().failed, 1);
    assert!(exit.is_success(), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_member_of_a_fused_chain_that_fails_is_forgotten_and_its_group_goes_on() {
    for head_fails in [false, true] {
        let fails_at = |fails: bool| {
            boxed(move |number: u64| {
                Box::pin(async move {
                    match number {
                        3 if fails => Err("three".into()),
                        number => Ok(Some(number)),
                    }
                })
            })
        };
        let mut workers = group();
        put(&mut workers, "idle", idle());
        let head = put_with(&mut workers, "head", FORGET_FAILURE, fails_at(head_fails));
        let callee = put_with(
            &mut workers,
            "callee",
            FORGET_FAILURE,
            fails_at(!head_fails),
        );
        let onward = workers.fuse(&head, &callee, PortOutput);
        workers.lead(&head, onward);
        let running = workers.startup().await.unwrap();
        for number in 1..=5 {
            head.send(number).await.unwrap();
        }
        let failed = match head_fails {
            true => head.wait_for_shutdown().await,
            false => callee.wait_for_shutdown().await,
        };
        assert!(failed.cause().is_failure(), "{failed}");
        tokio::time::sleep(secs(1)).await;
        assert!(running.is_running(), "{}", running.status());
        let exit = running.shutdown().await;
        let forgotten = exit.forgotten().expect("it is forgotten");
        assert_eq!((forgotten.workers, forgotten.failed), (1, 1), "{exit}");
        assert!(forgotten.counts.conserved(), "{exit}");
        assert_conserved(&exit);
        // The head does without its callee. A callee without a head ends.
        let kept = exit.worker(if head_fails { "callee" } else { "head" });
        let counts = kept.unwrap().counts().unwrap();
        assert_eq!(counts.done, if head_fails { 2 } else { 5 }, "{exit}");
    }
}
