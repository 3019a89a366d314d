//! Fused edges: one task makes the calls of several workers, and each keeps its own state, options and exit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use fluid::{
    Cause, Context, Error, OnError, OnExit, Options, Slot, State, Worker, Workers,
    by_hand::{Io, Nothing},
    edge::PortOutput,
};
use tokio::sync::Notify;

use crate::support::{
    Burst, Call, Each, Log, assert_conserved, boxed, counts, each, group, ms, pass, put, put_with,
    secs, sink,
};

type Consumer<O> = Each<u64, O, Call<u64, O>>;

/// A consumer that calls a closure which never waits.
fn now<O: Send + 'static>(
    mut call: impl FnMut(u64) -> Result<Option<O>, Error> + Send + 'static,
) -> Consumer<O> {
    boxed(move |message| {
        let result = call(message);
        Box::pin(async { result })
    })
}

/// Like [`now`], but if `waits`, the call is not ready at its first poll.
fn perhaps_later<O: Send + 'static>(
    waits: bool,
    mut call: impl FnMut(u64) -> Result<Option<O>, Error> + Send + 'static,
) -> Consumer<O> {
    boxed(move |message| {
        let result = call(message);
        Box::pin(async move {
            if waits {
                tokio::task::yield_now().await;
            }
            result
        })
    })
}

/// `head -> middle -> tail`
pub(crate) fn chain<A, B, C>(
    workers: &mut Workers,
    head: &Slot<A>,
    middle: &Slot<B>,
    tail: &Slot<C>,
) where
    A: fluid::by_hand::Stage<Output = u64>,
    B: fluid::by_hand::Stage<Input = u64> + Worker<Message = u64, Output = u64>,
    C: fluid::by_hand::Stage<Input = u64> + Worker<Message = u64>,
{
    let onward = workers.fuse(middle, tail, PortOutput);
    let onward = workers.fuse(head, middle, onward);
    workers.lead(head, onward);
}

#[tokio::test(start_paused = true)]
async fn a_chain_makes_all_its_calls_in_one_task_and_counts_each() {
    let mut workers = group();
    let tasks = Log::default();
    let task = |log: &Log, name: &str| {
        log.note(format!("{name} {:?}", tokio::task::id()));
    };
    let (one, two, three) = (tasks.clone(), tasks.clone(), tasks.clone());
    let double = now(move |n| {
        task(&one, "double");
        Ok(Some(2 * n))
    });
    let even = now(move |n| {
        task(&two, "big");
        Ok((n > 2).then_some(n))
    });
    let seen = Arc::new(AtomicU64::new(0));
    let sum = Arc::clone(&seen);
    let add = now::<Nothing>(move |n| {
        task(&three, "add");
        sum.fetch_add(n, Ordering::Relaxed);
        Ok(None)
    });
    let double = put(&mut workers, "double", double);
    let big = put(&mut workers, "big", even);
    let add = put(&mut workers, "add", add);
    chain(&mut workers, &double, &big, &add);
    let running = workers.startup().await.unwrap();
    for number in 0..5 {
        double.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert_eq!(seen.load(Ordering::Relaxed), 4 + 6 + 8);
    assert_eq!(counts(&exit, "double"), [5, 5, 0, 0, 0]);
    assert_eq!(counts(&exit, "big"), [5, 5, 0, 0, 0]);
    assert_eq!(counts(&exit, "add"), [3, 3, 0, 0, 0]);
    assert_eq!(exit.worker("double").unwrap().emitted(), 5);
    assert_eq!(exit.worker("big").unwrap().emitted(), 3);
    assert_eq!(exit.code(), 0, "{exit}");
    let ids: std::collections::BTreeSet<_> = tasks
        .lines()
        .iter()
        .map(|line| line.split_once(' ').unwrap().1.to_owned())
        .collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[tokio::test(start_paused = true)]
async fn the_output_of_a_fused_chain_is_queued() {
    let mut workers = group();
    let source = put(&mut workers, "source", Burst { to: 10 });
    let half = put(&mut workers, "half", now(|n| Ok(Some(n / 2))));
    let sink = put(&mut workers, "sink", sink::<u64>(ms(1)));
    let onward = workers.fuse(&source, &half, PortOutput);
    workers.lead(&source, onward);
    workers.connect(&half, &sink);
    let exit = workers.run().await;
    assert_eq!(counts(&exit, "half"), [10, 10, 0, 0, 0]);
    assert_eq!(counts(&exit, "sink"), [10, 10, 0, 0, 0]);
    assert!(
        matches!(exit.cause(), Cause::WorkerEnded(name) if &**name == "source"),
        "{exit}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_behind_a_fused_edge_is_a_failure_of_the_callee() {
    let mut workers = group();
    let first = put(&mut workers, "first", pass::<u64>(ms(0)));
    let odd = now::<Nothing>(|n| {
        if n == 3 {
            Err("three".into())
        } else {
            Ok(None)
        }
    });
    let second = put(&mut workers, "second", odd);
    let onward = workers.fuse(&first, &second, PortOutput);
    workers.lead(&first, onward);
    for number in 0..10 {
        first.send(number).await.unwrap();
    }
    let running = workers.startup().await.unwrap();
    let exit = running.wait_for_shutdown().await;
    // The group stops, so `first` drains; but its callee has ended.
    assert_eq!(counts(&exit, "first"), [10, 10, 0, 0, 0]);
    assert_eq!(exit.worker("first").unwrap().emitted(), 4);
    assert_eq!(exit.worker("first").unwrap().unsent(), 6);
    assert_eq!(counts(&exit, "second"), [4, 3, 1, 0, 0]);
    assert!(
        matches!(exit.cause(), Cause::Failed { worker, .. } if &**worker == "second"),
        "{exit}"
    );
    assert_eq!(exit.code(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failure_at_the_end_of_a_chain_names_its_worker_whether_or_not_calls_wait() {
    for waits in [[false, false], [true, false], [false, true], [true, true]] {
        let mut workers = group();
        let first = put(&mut workers, "first", pass::<u64>(ms(0)));
        let second = perhaps_later(waits[0], |n| Ok(Some(n)));
        let second = put(&mut workers, "second", second);
        let third = perhaps_later::<Nothing>(waits[1], |n| match n {
            3 => Err("three".into()),
            _ => Ok(None),
        });
        let third = put(&mut workers, "third", third);
        chain(&mut workers, &first, &second, &third);
        for number in 0..10 {
            first.send(number).await.unwrap();
        }
        let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
        assert!(
            matches!(exit.cause(), Cause::Failed { worker, .. } if &**worker == "third"),
            "{waits:?} {exit}"
        );
        assert_eq!(counts(&exit, "first"), [10, 10, 0, 0, 0], "{waits:?}");
        assert_eq!(counts(&exit, "second"), [10, 10, 0, 0, 0], "{waits:?}");
        assert_eq!(counts(&exit, "third"), [4, 3, 1, 0, 0], "{waits:?}");
        assert_eq!(exit.worker("second").unwrap().emitted(), 4, "{waits:?}");
        assert_eq!(exit.worker("second").unwrap().unsent(), 6, "{waits:?}");
    }
}

/// Emits each number twice, after a wait if `waits`.
struct Twice {
    waits: bool,
}

impl Worker for Twice {
    type Message = u64;
    type Output = u64;
    type Ports = ();

    async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        unreachable!("its calls are made by another")
    }
}

impl fluid::by_hand::Stage for Twice {
    type Input = u64;
    type Emission = Vec<u64>;
    type Calls = fluid::by_hand::EachMessage;

    async fn call(&mut self, n: u64, _: &Context, (): &()) -> Result<Vec<u64>, Error> {
        if self.waits {
            tokio::task::yield_now().await;
        }
        Ok(vec![n; 2])
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_passes_the_whole_chain_before_the_next() {
    for waits in [[false, false], [true, false], [false, true], [true, true]] {
        let mut workers = group();
        let log = Log::default();
        let (begun, ended) = (log.clone(), log.clone());
        let first = now(move |n| {
            begun.note(format!("{n} in"));
            Ok(Some(n))
        });
        let first = put(&mut workers, "first", first);
        let twice = put(&mut workers, "twice", Twice { waits: waits[0] });
        let last = perhaps_later::<Nothing>(waits[1], move |n| {
            ended.note(format!("{n} out"));
            if n == 2 { Err("two".into()) } else { Ok(None) }
        });
        let last = put(&mut workers, "last", last);
        chain(&mut workers, &first, &twice, &last);
        for number in 0..3 {
            first.send(number).await.unwrap();
        }
        let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
        let order = [
            "0 in", "0 out", "0 out", "1 in", "1 out", "1 out", "2 in", "2 out",
        ];
        assert_eq!(log.lines(), order, "{waits:?}");
        assert_eq!(counts(&exit, "twice"), [3, 3, 0, 0, 0], "{waits:?}");
        assert_eq!(counts(&exit, "last"), [5, 4, 1, 0, 0], "{waits:?}");
        assert_eq!(exit.worker("twice").unwrap().unsent(), 1, "{waits:?}");
    }
}

/// Sends ten messages to `first -> second`, where `second` panics at the fourth.
async fn assert_its_own_panic(second: Consumer<Nothing>) {
    let mut workers = group();
    let first = put(&mut workers, "first", pass::<u64>(ms(0)));
    let second = put(&mut workers, "second", second);
    let onward = workers.fuse(&first, &second, PortOutput);
    workers.lead(&first, onward);
    for number in 0..10 {
        first.send(number).await.unwrap();
    }
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    assert!(
        matches!(exit.cause(), Cause::Panicked { worker, .. } if &**worker == "second"),
        "{exit}"
    );
    let error = exit.worker("second").unwrap().last_error().unwrap();
    assert!(error.to_string().contains("three"), "{error}");
    assert_eq!(counts(&exit, "first"), [10, 10, 0, 0, 0]);
    assert_eq!(counts(&exit, "second"), [4, 3, 1, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_behind_a_fused_edge_is_a_failure_of_the_callee() {
    let second = boxed(|n: u64| {
        Box::pin(async move {
            tokio::task::yield_now().await;
            assert_ne!(n, 3, "three");
            Ok(None)
        })
    });
    assert_its_own_panic(second).await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_before_the_future_is_made_is_a_failure_of_the_callee() {
    let second = now(|n| {
        assert_ne!(n, 3, "three");
        Ok(None)
    });
    assert_its_own_panic(second).await;
}

#[tokio::test(start_paused = true)]
async fn a_skipped_failure_and_a_panic_behind_a_fused_edge_cost_one_message_each() {
    let mut workers = group();
    let first = put(&mut workers, "first", pass::<u64>(ms(0)));
    let picky = now::<Nothing>(|n| match n {
        3 => Err("three".into()),
        5 => std::panic::panic_any("five"),
        _ => Ok(None),
    });
    let options = Options::new().on_error(OnError::Skip);
    let second = put_with(&mut workers, "second", options, picky);
    let onward = workers.fuse(&first, &second, PortOutput);
    workers.lead(&first, onward);
    for number in 0..10 {
        first.send(number).await.unwrap();
    }
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert_eq!(counts(&exit, "first"), [10, 10, 0, 0, 0]);
    assert_eq!(counts(&exit, "second"), [10, 8, 2, 0, 0]);
    assert_eq!((exit.code(), exit.lost()), (2, 2), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_worker_behind_a_fused_edge_is_restarted_while_its_caller_waits() {
    let mut workers = group();
    let first = put(&mut workers, "first", pass::<u64>(ms(0)));
    let builds = Arc::new(AtomicU64::new(0));
    let built = Arc::clone(&builds);
    let options = Options::new().on_error(OnError::Restart);
    let second = workers.add_with("second", options, move || {
        built.fetch_add(1, Ordering::SeqCst);
        let mut calls = 0;
        now::<Nothing>(move |n| {
            calls += 1;
            // The state is fresh after the restart.
            assert!(calls <= 4, "it has the state of its predecessor");
            if n == 3 {
                Err("three".into())
            } else {
                Ok(None)
            }
        })
    });
    let onward = workers.fuse(&first, &second, PortOutput);
    workers.lead(&first, onward);
    let running = workers.startup().await.unwrap();
    for number in 0..8 {
        first.send(number).await.unwrap();
    }
    second.wait_for(State::Restarting).await;
    assert_eq!(first.state(), State::Running);
    let exit = running.shutdown().await;
    assert_eq!(builds.load(Ordering::SeqCst), 2);
    assert_eq!(counts(&exit, "second"), [8, 7, 1, 0, 0]);
    assert_eq!(exit.worker("second").unwrap().restarts(), 1);
    assert_eq!(exit.worker("first").unwrap().restarts(), 0);
    assert_eq!((exit.code(), exit.lost()), (2, 1), "{exit}");
    assert!(!exit.cause().is_failure(), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_restart_of_the_caller_does_not_restart_the_callee() {
    let mut workers = group();
    let options = Options::new().on_error(OnError::Restart);
    let first = workers.add_with("first", options, || {
        now(|n| {
            if n == 3 {
                Err("three".into())
            } else {
                Ok(Some(n))
            }
        })
    });
    let built = Arc::new(AtomicU64::new(0));
    let second = workers.add_with("second", Options::new(), {
        let built = Arc::clone(&built);
        move || {
            built.fetch_add(1, Ordering::SeqCst);
            now::<Nothing>(|_| Ok(None))
        }
    });
    let onward = workers.fuse(&first, &second, PortOutput);
    workers.lead(&first, onward);
    for number in 0..8 {
        first.send(number).await.unwrap();
    }
    let running = workers.startup().await.unwrap();
    let exit = running.shutdown().await;
    assert_eq!(built.load(Ordering::SeqCst), 1);
    assert_eq!(exit.worker("first").unwrap().restarts(), 1);
    assert_eq!(counts(&exit, "first"), [8, 7, 1, 0, 0]);
    assert_eq!(counts(&exit, "second"), [7, 7, 0, 0, 0]);
}

/// Notes its hooks, and fails at 1000.
pub(crate) struct Hooked(pub(crate) &'static str, pub(crate) Log);

impl Worker for Hooked {
    type Message = u64;
    type Output = u64;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        self.1.note(format!("{} starts", self.0));
        Ok(())
    }

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        fluid::__private::run(self, ctx, io).await
    }

    async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
        self.1.note(format!("{} stops", self.0));
        Ok(())
    }
}

impl fluid::by_hand::Stage for Hooked {
    type Input = u64;
    type Emission = Option<u64>;
    type Calls = fluid::by_hand::EachMessage;

    async fn call(&mut self, n: u64, _: &Context, (): &()) -> Result<Option<u64>, Error> {
        match n {
            1000 => Err(format!("{} was asked to fail", self.0).into()),
            n => Ok(Some(n)),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_chain_starts_at_its_end_and_stops_at_its_head() {
    let log = Log::default();
    let mut workers = group();
    let [a, b, c] = ["a", "b", "c"].map(|name| put(&mut workers, name, Hooked(name, log.clone())));
    chain(&mut workers, &a, &b, &c);
    let running = workers.startup().await.unwrap();
    a.send(1).await.unwrap();
    let exit = running.shutdown().await;
    assert_eq!(
        log.lines(),
        [
            "c starts", "b starts", "a starts", "a stops", "b stops", "c stops"
        ]
    );
    assert_eq!(counts(&exit, "c"), [1, 1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_of_one_member_of_a_fused_chain_stops_the_chain() {
    let mut workers = group();
    let options = Options::new().on_exit(OnExit::Ignore);
    let a = put_with(&mut workers, "a", options, pass::<u64>(ms(1)));
    let b = put(&mut workers, "b", pass::<u64>(ms(1)));
    let c = put(&mut workers, "c", sink::<u64>(ms(1)));
    chain(&mut workers, &a, &b, &c);
    let other = put(&mut workers, "other", sink::<u64>(ms(1)));
    let running = workers.startup().await.unwrap();
    for number in 0..5 {
        a.send(number).await.unwrap();
    }
    b.gracefully_stop();
    let exit = c.wait_for_shutdown().await;
    assert_eq!(exit.counts().unwrap().done, 5);
    assert_eq!(a.exit().unwrap().counts().unwrap().done, 5);
    // The end of the head is ignored, and so are the ends of the rest of the chain.
    assert_eq!(running.state(), State::Running);
    other.send(1).await.unwrap();
    assert_eq!(running.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_message_cut_off_in_a_chain_by_a_forced_stop_is_undelivered_only_at_the_stage_that_had_it()
 {
    let mut workers = Workers::new("group").grace(ms(50));
    let a = put(&mut workers, "a", pass::<u64>(ms(0)));
    let b = put(&mut workers, "b", pass::<u64>(ms(0)));
    let reached = Arc::new(Notify::new());
    let here = Arc::clone(&reached);
    let hang = each(move |n: u64| {
        let here = Arc::clone(&here);
        async move {
            if n == 2 {
                here.notify_one();
                std::future::pending::<()>().await;
            }
            Ok(None::<Nothing>)
        }
    });
    let c = put(&mut workers, "c", hang);
    chain(&mut workers, &a, &b, &c);
    for number in 0..5 {
        a.send(number).await.unwrap();
    }
    let running = workers.startup().await.unwrap();
    reached.notified().await;
    let exit = running.shutdown().await;
    assert_conserved(&exit);
    // `c` has message 2 in hand; two more wait in the only queue.
    assert_eq!(counts(&exit, "a"), [5, 3, 0, 0, 2]);
    assert_eq!(counts(&exit, "b"), [3, 3, 0, 0, 0]);
    assert_eq!(counts(&exit, "c"), [3, 2, 0, 0, 1]);
    assert_eq!(exit.losses().total, 3, "{exit}");
    for name in ["a", "b", "c"] {
        assert!(exit.worker(name).unwrap().is_forced(), "{name}: {exit}");
        assert!(!exit.worker(name).unwrap().is_stuck(), "{name}: {exit}");
    }
    assert_eq!(exit.code(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_cut_off_by_the_grace_of_the_caller_is_undelivered_at_the_callee() {
    let mut workers = group();
    let options = Options::new().grace(ms(10));
    let a = put_with(&mut workers, "a", options, pass::<u64>(ms(0)));
    let b = put(&mut workers, "b", sink::<u64>(secs(5)));
    let onward = workers.fuse(&a, &b, PortOutput);
    workers.lead(&a, onward);
    a.send(1).await.unwrap();
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert!(exit.worker("a").unwrap().is_forced(), "{exit}");
    // The callee was not forced, but its call was never finished.
    assert!(!exit.worker("b").unwrap().is_forced(), "{exit}");
    assert_eq!(counts(&exit, "b"), [1, 0, 0, 0, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_blocks_its_thread_delays_the_chain_and_its_worker_is_named() {
    let mut workers = Workers::new("group").grace(ms(10));
    let a = put(&mut workers, "a", pass::<u64>(ms(0)));
    let (started, release) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let (here, free) = (Arc::clone(&started), Arc::clone(&release));
    let block = now::<Nothing>(move |_| {
        here.notify_one();
        while !free.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        Ok(None)
    });
    let b = put(&mut workers, "b", block);
    let onward = workers.fuse(&a, &b, PortOutput);
    workers.lead(&a, onward);
    a.send(1).await.unwrap();
    let running = workers.startup().await.unwrap();
    started.notified().await;
    let exit = running.shutdown().await;
    release.store(true, Ordering::SeqCst);
    assert_conserved(&exit);
    assert!(exit.worker("b").unwrap().is_stuck(), "{exit}");
    assert_eq!(counts(&exit, "b"), [1, 0, 0, 0, 1]);
    assert_eq!(exit.code(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_fused_worker_that_cannot_start_is_named() {
    struct Never;

    impl Worker for Never {
        type Message = u64;
        type Output = Nothing;
        type Ports = ();

        async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
            Err("no".into())
        }

        async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
            fluid::__private::run(self, ctx, io).await
        }
    }

    impl fluid::by_hand::Stage for Never {
        type Input = u64;
        type Emission = Option<Nothing>;
        type Calls = fluid::by_hand::EachMessage;

        async fn call(&mut self, _: u64, _: &Context, (): &()) -> Result<Option<Nothing>, Error> {
            Ok(None)
        }
    }

    let mut workers = group();
    let source = put(&mut workers, "source", Burst { to: 1 });
    let never = put(&mut workers, "never", Never);
    let onward = workers.fuse(&source, &never, PortOutput);
    workers.lead(&source, onward);
    let exit = workers.startup().await.unwrap_err();
    assert!(exit.to_string().contains("never"), "{exit}");
    assert_eq!(
        exit.worker("source").unwrap().cause().to_string(),
        "never started"
    );
}

#[tokio::test(start_paused = true)]
async fn a_message_sent_directly_to_a_fused_callee_is_refused() {
    let mut workers = group();
    let a = put(&mut workers, "a", pass::<u64>(ms(0)));
    let b = put(&mut workers, "b", sink::<u64>(ms(0)));
    let onward = workers.fuse(&a, &b, PortOutput);
    workers.lead(&a, onward);
    assert_eq!(b.try_send(7).unwrap_err().into_message(), 7);
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert_eq!(exit.worker("b").unwrap().counts().unwrap().refused, 1);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_behind_a_fused_edge_covers_only_the_callee() {
    let mut workers = group();
    let a = put_with(
        &mut workers,
        "a",
        Options::new().timeout(ms(10)),
        pass::<u64>(ms(1)),
    );
    let options = Options::new().timeout(ms(100)).on_error(OnError::Skip);
    let b = put_with(&mut workers, "b", options, sink::<u64>(ms(50)));
    let onward = workers.fuse(&a, &b, PortOutput);
    workers.lead(&a, onward);
    a.send(1).await.unwrap();
    let exit = workers.startup().await.unwrap().shutdown().await;
    // The call of `a` takes a millisecond; the time of `b` is no part of it.
    assert_eq!(counts(&exit, "a"), [1, 1, 0, 0, 0]);
    assert_eq!(counts(&exit, "b"), [1, 1, 0, 0, 0]);

    let mut workers = group();
    let a = put(&mut workers, "a", pass::<u64>(ms(1)));
    let b = put_with(&mut workers, "b", options, sink::<u64>(secs(1)));
    let onward = workers.fuse(&a, &b, PortOutput);
    workers.lead(&a, onward);
    a.send(1).await.unwrap();
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert_eq!(counts(&exit, "b"), [1, 0, 1, 0, 0]);
}

#[test]
#[should_panic(expected = "a fused edge is the only one from its output")]
fn a_fused_edge_beside_a_queued_one_panics_when_it_is_connected() {
    let mut workers = group();
    let a = put(&mut workers, "a", pass::<u64>(ms(0)));
    let b = put(&mut workers, "b", sink::<u64>(ms(0)));
    let c = put(&mut workers, "c", sink::<u64>(ms(0)));
    workers.connect(&a, &b);
    let _ = workers.fuse(&a, &c, PortOutput);
}

#[test]
#[should_panic(expected = "`b` has a thread of its own")]
fn a_blocking_worker_cannot_be_fused() {
    let mut workers = group();
    let a = put(&mut workers, "a", pass::<u64>(ms(0)));
    let b = put_with(
        &mut workers,
        "b",
        Options::new().blocking(),
        sink::<u64>(ms(0)),
    );
    let _ = workers.fuse(&a, &b, PortOutput);
}
