//! Workers that are added to a running group together, with their edges.

use std::time::Duration;

use fluid::{
    Cause, Failed, OnExit, Options, State, StopOrder, Workers, by_hand::Nothing, error::ExtendError,
};
use tokio::time::timeout;

use crate::support::{
    assert_conserved, body, count, counts, each, group, idle, ms, pass, put, secs, sink,
};

/// Emits the numbers below 5 and ends.
fn brief() -> crate::support::Body<Nothing, u64> {
    body::<Nothing, u64>(|_, io| {
        Box::pin(async {
            for number in 0..5 {
                io.output.send(number).await?;
            }
            Ok(())
        })
    })
}

#[tokio::test(start_paused = true)]
async fn a_stop_drains_added_workers_before_the_consumer_that_they_feed() {
    let mut workers = group();
    let source = put(&mut workers, "source", count(5, ms(1)));
    let last = put(&mut workers, "last", sink::<u64>(ms(1)));
    workers.connect(&source, &last);
    let last = last.handle();
    let running = workers.startup().await.unwrap();
    let entry = running.extend(|new| {
        let entry = new.add_with("entry", Options::new(), || pass::<u64>(ms(100)));
        let slow = new.add_with("slow", Options::new(), || pass::<u64>(ms(100)));
        new.connect(&entry, &slow);
        new.connect(slow.map(|number| number + 1), &last);
        entry.handle()
    });
    let entry = entry.unwrap();
    entry.wait_for(State::Running).await;
    for number in 0..10 {
        entry.send(number).await.unwrap();
    }
    // All ten are on their way, and the consumer at the end must not close before.
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "slow"), [10, 10, 0, 0, 0], "{exit}");
    assert_eq!(exit.worker("slow").unwrap().unsent(), 0);
    let last = counts(&exit, "last");
    assert_eq!((last[0], last[1]), (last[1], last[0]), "{exit}");
    assert!(last[0] >= 10 && exit.is_success(), "{exit}");
    assert_conserved(&exit);
}

#[tokio::test(start_paused = true)]
async fn added_workers_start_sinks_first() {
    let log = crate::support::Log::default();
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    running
        .extend(|new| {
            let started = |name: &'static str| {
                let log = log.clone();
                move || {
                    log.note(name);
                    pass::<u64>(ms(1))
                }
            };
            // The order of the calls is not that of the edges.
            let first = new.add_with("first", Options::new(), started("first"));
            let third = new.add_with("third", Options::new(), started("third"));
            let second = new.add_with("second", Options::new(), started("second"));
            new.connect(&first, &second);
            new.connect(&second, &third);
        })
        .unwrap();
    while running.worker("first").unwrap().state() != State::Running {
        tokio::task::yield_now().await;
    }
    assert_eq!(log.lines(), ["third", "second", "first"]);
    assert!(running.shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn forgotten_workers_leave_no_edges_behind() {
    let mut workers = group();
    let last = put(&mut workers, "last", sink::<u64>(Duration::ZERO)).handle();
    let running = workers.startup().await.unwrap();
    let forget = Options::new().on_exit(OnExit::Forget);
    for _ in 0..100 {
        let entry = running.extend(|new| {
            let source = new.add_with("source", forget, brief);
            new.broadcast(&source);
            let side = new.add_with("side", forget, || sink::<u64>(Duration::ZERO));
            new.connect(&source, &last);
            new.connect(&source, &side);
            (source.handle(), side.handle())
        });
        let (source, side) = entry.unwrap();
        let _ = source.wait_for_shutdown().await;
        assert!(side.shutdown().await.is_success());
    }
    let gone = async {
        while running.num_workers() > 1 {
            tokio::task::yield_now().await;
        }
    };
    timeout(secs(1), gone).await.expect("all are forgotten");
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "last"), [500, 500, 0, 0, 0], "{exit}");
    let forgotten = exit.forgotten().unwrap();
    assert_eq!((forgotten.workers, forgotten.emitted), (200, 500));
    assert_eq!(forgotten.counts.done + forgotten.counts.undelivered, 500);
    assert!(forgotten.counts.conserved() && exit.is_success(), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_circle_or_a_reversed_edge_of_added_workers_is_an_error_and_none_of_them_is_added() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    let mut seen = None;
    let error = running.extend(|new| {
        let first = new.add_with("first", Options::new(), || pass::<u64>(ms(1)));
        let second = new.add_with("second", Options::new(), || pass::<u64>(ms(1)));
        new.connect(&first, &second);
        new.connect(&second, &first);
        seen = Some(first.handle());
    });
    let told = "these workers feed each other in a circle: first, second";
    assert_eq!(error.unwrap_err().to_string(), told);
    // So is an edge from a worker that stops last.
    let last = Options::new().stop(StopOrder::Last);
    let error = running.extend(|new| {
        let last = new.add_with("last", last, || pass::<u64>(ms(1)));
        let first = new.add_with("first", Options::new(), || sink::<u64>(ms(1)));
        new.connect(&last, &first);
    });
    let told = "`last` stops last, and feeds `first`, which stops before it";
    assert_eq!(error.unwrap_err().to_string(), told);
    assert_eq!(running.num_workers(), 1);
    let exit = seen.unwrap().wait_for_shutdown().await;
    assert!(matches!(exit.cause(), Cause::NotStarted));
    // A feedback edge may close it.
    let added = running.extend(|new| {
        let first = new.add_with("first", Options::new(), || pass::<u64>(ms(1)));
        let second = new.add_with("second", Options::new(), || pass::<u64>(ms(1)));
        new.connect(&first, &second);
        new.feedback(&second, &first);
    });
    assert!(added.is_ok());
    assert!(running.shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn a_group_that_stops_takes_in_no_workers_and_their_messages_are_undelivered() {
    let mut workers = group();
    let last = put(&mut workers, "last", sink::<u64>(ms(1))).handle();
    let running = workers.startup().await.unwrap();
    let mut seen = None;
    let error = running.extend(|new| {
        let late = new.add_with("late", Options::new(), || pass::<u64>(ms(1)));
        new.connect(&late, &last);
        late.try_send(1).unwrap();
        // The stop comes before all edges are drawn.
        running.gracefully_stop();
        seen = Some(late.handle());
    });
    let ExtendError::Stopping(error) = error.unwrap_err() else {
        panic!("another error")
    };
    assert_eq!(error.state, State::Stopping);
    let exit = seen.unwrap().wait_for_shutdown().await;
    assert_eq!(exit.counts().unwrap().undelivered, 1, "{exit}");
    let exit = running.wait_for_shutdown().await;
    assert!(exit.is_success() && exit.worker("late").is_none(), "{exit}");
    // The group has ended, and another one never starts.
    assert!(running.extend(|new| drop(new.add(idle()))).is_err());
    let unstarted = group();
    let handle = unstarted.handle();
    let late = handle
        .extend(|new| new.add(idle()).worker_handle())
        .unwrap();
    drop(unstarted);
    let exit = late.wait_for_shutdown().await;
    assert!(matches!(exit.cause(), Cause::NotStarted));
}

#[tokio::test(start_paused = true)]
async fn a_panic_while_edges_are_drawn_takes_the_new_workers_out_again() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    let extending = running.clone();
    let panicked = tokio::spawn(async move {
        let _ = extending.extend(|new| {
            new.add(idle());
            assert_eq!(1, 2, "no");
        });
    });
    assert!(panicked.await.is_err());
    assert_eq!(running.num_workers(), 1);
    assert!(running.shutdown().await.is_success());
}

#[tokio::test]
#[should_panic(expected = "`stranger` is no worker of `group`")]
async fn an_edge_to_a_consumer_of_another_group_panics() {
    let mut other = Workers::new("other");
    let stranger = put(&mut other, "stranger", sink::<u64>(ms(1))).handle();
    let group = group();
    let _ = group.handle().extend(|new| {
        let source = new.add(brief());
        new.connect(&source, &stranger);
    });
}

#[tokio::test(start_paused = true)]
async fn workers_added_before_the_start_start_with_the_group() {
    let mut workers = group();
    let last = put(&mut workers, "last", sink::<u64>(ms(1))).handle();
    let handle = workers.handle();
    let ignore = Options::new().on_exit(OnExit::Ignore);
    let added = handle.extend(|new| {
        let source = new.add_with("source", ignore, brief);
        new.connect(&source, &last);
        source.handle()
    });
    let running = workers.startup().await.unwrap();
    let _ = added.unwrap().wait_for_shutdown().await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "last"), [5, 5, 0, 0, 0], "{exit}");
}

#[tokio::test(start_paused = true)]
async fn the_port_failed_of_an_added_worker_leads_to_a_running_consumer() {
    let mut workers = group();
    let last = put(&mut workers, "last", sink::<u64>(Duration::ZERO)).handle();
    let dead = put(&mut workers, "dead", sink::<Failed<u64>>(Duration::ZERO)).handle();
    let running = workers.startup().await.unwrap();
    let flaky = running.extend(|new| {
        let flaky = new.add(each(|number: u64| async move {
            match number {
                0 => Err("flaky".into()),
                number => Ok(Some(number)),
            }
        }));
        new.connect(&flaky, &last);
        new.connect(flaky.failed(), &dead);
        flaky.handle()
    });
    let flaky = flaky.unwrap();
    for number in [1, 0] {
        flaky.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "last"), [1, 1, 0, 0, 0], "{exit}");
    assert_eq!(counts(&exit, "dead"), [1, 1, 0, 0, 0], "{exit}");
    assert!(exit.is_success(), "{exit}");
}
