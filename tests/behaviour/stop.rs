//! The part of a stop that takes effect in the thread of the caller, before the supervisor runs.

use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use fluid::{
    Callback, Cause, ConsumerHandle, Context, Error, GroupHandle, OnExit, Options, Output,
    SendError, State, TrySendError, Worker, Workers,
    by_hand::{EachBatch, Io, Nothing, Stage},
    consumer, worker, workers,
};

use crate::support::{
    Body, SlowStart, body, boxed, counts, group, idle, ms, pass, put, put_with, secs, sink,
};

/// The context of a worker, once the worker runs.
type Seen = Arc<OnceLock<Context>>;

fn runs(seen: &Seen) -> bool {
    seen.get().expect("it runs").is_running()
}

/// Waits until all workers run.
async fn all_run<const N: usize>(seen: [&Seen; N]) {
    while seen.iter().any(|seen| seen.get().is_none()) {
        tokio::task::yield_now().await;
    }
}

/// Publishes its context, and waits for its stop.
fn shown(seen: &Seen) -> Body<Nothing, u64> {
    let seen = Arc::clone(seen);
    body(move |ctx, _| {
        let _ = seen.set(ctx.clone());
        Box::pin(async {
            ctx.stopping().await;
            Ok(())
        })
    })
}

/// Publishes its context, and handles messages.
fn shown_consumer(seen: &Seen) -> Body<u64, Nothing> {
    let seen = Arc::clone(seen);
    body(move |ctx, io| {
        let _ = seen.set(ctx.clone());
        Box::pin(async {
            while io.queue.next().await.is_some() {}
            Ok(())
        })
    })
}

fn is_refused(consumer: &ConsumerHandle<u64>) -> bool {
    matches!(consumer.try_send(0), Err(TrySendError::Closed(_)))
}

fn nest(workers: &mut Workers, name: &'static str, inner: Workers) -> GroupHandle {
    let mut inner = Some(inner);
    let options = Options::new().on_exit(OnExit::Ignore);
    workers.add_with(name, options, move || inner.take().expect("built once"))
}

#[tokio::test(start_paused = true)]
async fn a_stop_reaches_sources_and_closes_public_inputs_at_once() {
    let [source, consumer] = [Seen::default(), Seen::default()];
    let mut workers = group();
    let first = put(&mut workers, "source", shown(&source));
    let middle = put(&mut workers, "middle", pass::<u64>(Duration::ZERO));
    let last = put(&mut workers, "last", shown_consumer(&consumer));
    workers.connect(&first, &middle);
    workers.connect(&middle, &last);
    let running = workers.startup().await.unwrap();
    middle.send(1).await.unwrap();
    all_run([&source, &consumer]).await;
    assert!(runs(&source) && runs(&consumer));
    running.gracefully_stop();
    assert!(!runs(&source));
    assert!(is_refused(&middle) && is_refused(&last));
    assert!(runs(&consumer), "its turn has not come");
    running.gracefully_stop();
    assert!(runs(&consumer), "nor when it is asked again");
    let exit = running.wait_for_shutdown().await;
    assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
    assert_eq!(counts(&exit, "middle"), [1, 1, 0, 0, 0]);
    assert_eq!(counts(&exit, "last"), [1, 1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_sender_from_outside_that_waits_for_room_is_refused_at_once() {
    let mut workers = group();
    let options = Options::new().capacity(1);
    let mut slow = Some(sink::<u64>(secs(1)));
    let slow = workers.add_with("slow", options, move || slow.take().expect("built once"));
    let running = workers.startup().await.unwrap();
    for number in 0..2 {
        slow.send(number).await.unwrap();
    }
    let mut sending = std::pin::pin!(slow.send(2));
    let polled = poll_fn(|cx| Poll::Ready(sending.as_mut().poll(cx))).await;
    assert!(polled.is_pending());
    running.gracefully_stop();
    let polled = poll_fn(|cx| Poll::Ready(sending.as_mut().poll(cx))).await;
    assert!(matches!(polled, Poll::Ready(Err(_))));
    let exit = running.wait_for_shutdown().await;
    assert_eq!(counts(&exit, "slow"), [2, 2, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_reaches_nested_groups_at_once() {
    let seen: [Seen; 2] = Default::default();
    let mut inmost = Workers::new("inmost");
    put(&mut inmost, "source", shown(&seen[0]));
    let deep = put(&mut inmost, "deep", shown_consumer(&seen[1])).clone();
    let mut inner = Workers::new("inner");
    nest(&mut inner, "inmost", inmost);
    let mut workers = group();
    nest(&mut workers, "inner", inner);
    let running = workers.startup().await.unwrap();
    all_run([&seen[0]]).await;
    running.gracefully_stop();
    assert!(!runs(&seen[0]) && is_refused(&deep));
    let exit = running.wait_for_shutdown().await;
    for name in ["inner", "inner/inmost", "inner/inmost/source"] {
        let ended = exit.worker(name).unwrap();
        assert!(matches!(ended.cause(), Cause::Stopped), "{exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_of_a_nested_group_reaches_only_that_group_at_once() {
    let seen: [Seen; 2] = Default::default();
    let mut inner = Workers::new("inner");
    put(&mut inner, "source", shown(&seen[0]));
    let below = put(&mut inner, "below", shown_consumer(&Seen::default())).clone();
    let mut workers = group();
    put(&mut workers, "source", shown(&seen[1]));
    let beside = put(&mut workers, "beside", shown_consumer(&Seen::default())).clone();
    let nested = nest(&mut workers, "inner", inner);
    let running = workers.startup().await.unwrap();
    all_run([&seen[0], &seen[1]]).await;
    nested.gracefully_stop();
    assert!(!runs(&seen[0]) && is_refused(&below));
    assert!(runs(&seen[1]) && beside.try_send(1).is_ok());
    let exit = nested.wait_for_shutdown().await;
    assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
    assert_eq!(running.state(), State::Running);
    assert!(runs(&seen[1]));
    assert_eq!(running.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_stopped_by_its_handle_or_removed_refuses_messages_from_outside_at_once() {
    let mut workers = group();
    let stopped = Options::new().on_exit(OnExit::Ignore);
    let [by_handle, removed, beside] = ["by_handle", "removed", "beside"]
        .map(|name| put_with(&mut workers, name, stopped, sink::<u64>(secs(1))).handle());
    let running = workers.startup().await.unwrap();
    for consumer in [&by_handle, &removed] {
        consumer.send(1).await.unwrap();
    }
    by_handle.gracefully_stop();
    assert!(is_refused(&by_handle));
    let mut removal = std::pin::pin!(running.remove(removed.worker()));
    let polled = poll_fn(|cx| Poll::Ready(removal.as_mut().poll(cx))).await;
    assert!(polled.is_pending());
    assert!(is_refused(&removed));
    // What had been accepted is handled, and the others go on.
    let exit = removal.await.unwrap();
    assert_eq!(exit.counts().unwrap().done, 1, "{exit}");
    beside.send(1).await.unwrap();
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "by_handle"), [1, 1, 0, 0, 0]);
    assert_eq!(counts(&exit, "beside"), [1, 1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_stops_itself_refuses_messages_from_outside_at_once() {
    let asked = Arc::new(OnceLock::<ConsumerHandle<u64>>::new());
    let refused = Arc::new(OnceLock::new());
    let mut workers = group();
    let (seen, noted) = (Arc::clone(&asked), Arc::clone(&refused));
    let stops = body::<u64, Nothing>(move |ctx, io| {
        let (seen, noted) = (Arc::clone(&seen), Arc::clone(&noted));
        Box::pin(async move {
            while io.queue.next().await.is_some() {
                ctx.gracefully_stop();
                let handle = seen.get().expect("it is known");
                let _ = noted.set(is_refused(handle));
            }
            Ok(())
        })
    });
    let stops = put(&mut workers, "stops", stops).handle();
    assert!(asked.set(stops.clone()).is_ok());
    let running = workers.startup().await.unwrap();
    stops.send(1).await.unwrap();
    assert_eq!(running.wait_for_shutdown().await.code(), 0);
    assert_eq!(refused.get(), Some(&true));
}

#[tokio::test(start_paused = true)]
async fn a_source_that_ends_before_the_supervisor_runs_is_not_the_cause_of_the_stop() {
    let mut workers = group();
    // The task of this worker is always ready, so it ends before the supervisor sees the stop.
    put(
        &mut workers,
        "spinning",
        body::<Nothing, Nothing>(|ctx, _| {
            Box::pin(poll_fn(|cx| {
                if !ctx.is_running() {
                    return Poll::Ready(Ok(()));
                }
                cx.waker().wake_by_ref();
                Poll::Pending
            }))
        }),
    );
    let running = workers.startup().await.unwrap();
    let exit = running.shutdown().await;
    assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
    let ended = exit.worker("spinning").unwrap();
    assert!(matches!(ended.cause(), Cause::Stopped), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_nested_group_that_ends_before_the_supervisor_runs_is_not_the_cause_of_the_stop() {
    let mut inner = Workers::new("inner");
    put(&mut inner, "idle", idle());
    let mut workers = group();
    let mut inner = Some(inner);
    let nested = workers.add_with("inner", Options::new(), move || {
        inner.take().expect("built once")
    });
    let running = workers.startup().await.unwrap();
    running.bail_out("enough", 7);
    let exit = running.wait_for_shutdown().await;
    assert_eq!(exit.code(), 7, "{exit}");
    let inner = nested.exit().unwrap();
    assert!(matches!(inner.cause(), Cause::Stopped), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_is_due_is_not_run_after_another_has_asked_for_the_stop() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let callbacks = [0, 1].map(|_| {
        let handle = workers.handle();
        workers.register_callback(Callback::every(ms(10)), move || {
            handle.gracefully_stop();
            async {}
        })
    });
    let running = workers.startup().await.unwrap();
    assert_eq!(running.wait_for_shutdown().await.code(), 0);
    let calls = callbacks.map(|callback| callback.exit().unwrap().beats());
    assert_eq!(calls.iter().sum::<u64>(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stop_during_the_start_refuses_messages_at_once_and_starts_no_further_worker() {
    let mut workers = group();
    let seen = Seen::default();
    let source = put(&mut workers, "source", shown(&seen));
    let sink = put(&mut workers, "sink", sink::<u64>(Duration::ZERO));
    workers.connect(&source, &sink);
    put(&mut workers, "slow", SlowStart(secs(1)));
    let sink = sink.clone();
    sink.send(1).await.unwrap();
    let handle = workers.handle();
    let starting = tokio::spawn(workers.startup());
    sink.wait_for(State::Running).await;
    handle.gracefully_stop();
    assert!(is_refused(&sink));
    let exit = starting.await.unwrap().unwrap_err();
    assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
    let source = exit.worker("source").unwrap();
    assert!(matches!(source.cause(), Cause::NotStarted), "{exit}");
    assert_eq!(counts(&exit, "sink"), [1, 1, 0, 0, 0]);
    assert!(seen.get().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_stop_before_the_start_refuses_messages_at_once() {
    let mut workers = group();
    let sink = put(&mut workers, "sink", sink::<u64>(Duration::ZERO)).clone();
    sink.send(1).await.unwrap();
    workers.handle().gracefully_stop();
    assert!(is_refused(&sink));
    let exit = workers.startup().await.unwrap_err();
    assert_eq!(counts(&exit, "sink"), [1, 0, 0, 0, 1]);
}

/// Sends without a pause, and stores the number of handled messages at the moment when it sees the stop.
fn tireless(handled: &Arc<AtomicU64>, seen_at: &Arc<OnceLock<u64>>) -> Body<Nothing, u64> {
    let (handled, seen_at) = (Arc::clone(handled), Arc::clone(seen_at));
    body(move |ctx, io| {
        let (handled, seen_at) = (Arc::clone(&handled), Arc::clone(&seen_at));
        Box::pin(async move {
            while ctx.is_running() {
                io.output.send(1).await?;
            }
            let _ = seen_at.set(handled.load(Ordering::Relaxed));
            Ok(())
        })
    })
}

/// A source feeds a consumer without a pause, and the consumer stops the group at its tenth call. Returns the number of
/// calls until the source sees the stop, and the number of all calls.
async fn calls_until_the_source_sees_a_stop<S: Stage<Message = u64>>(
    consumer: impl FnOnce(Box<dyn FnMut() + Send>) -> S,
    options: Options,
) -> (u64, u64) {
    let (handled, seen_at) = <(Arc<AtomicU64>, Arc<OnceLock<u64>>)>::default();
    let mut workers = group();
    let source = put(&mut workers, "source", tireless(&handled, &seen_at));
    let (stopped, counted) = (workers.handle(), Arc::clone(&handled));
    let called = move || {
        if counted.fetch_add(1, Ordering::Relaxed) == 9 {
            stopped.gracefully_stop();
        }
    };
    let sink = put_with(&mut workers, "sink", options, consumer(Box::new(called)));
    workers.connect(&source, &sink);
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    let of_sink = exit.worker("sink").unwrap().counts().unwrap();
    assert_eq!(of_sink.done, of_sink.accepted, "{exit}");
    let seen_at = *seen_at.get().expect("the source has seen its stop");
    (seen_at, handled.load(Ordering::Relaxed))
}

fn counting(mut called: Box<dyn FnMut() + Send>) -> impl Stage<Message = u64> {
    boxed::<u64, Nothing>(move |_| {
        called();
        Box::pin(async { Ok(None) })
    })
}

#[tokio::test(start_paused = true)]
async fn a_source_sees_the_stop_before_another_message_is_handled() {
    for capacity in [20, 1000] {
        let options = Options::new().capacity(capacity);
        let (seen_at, all) = calls_until_the_source_sees_a_stop(counting, options).await;
        assert_eq!(seen_at, 10, "of {all}");
        assert!(all > 10, "what had been sent is handled: {all}");
    }
}

/// Handles batches of one message.
struct InBatches(Box<dyn FnMut() + Send>);

impl Worker for InBatches {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        fluid::__private::run(self, ctx, io).await
    }
}

impl Stage for InBatches {
    type Input = Vec<u64>;
    type Emission = Option<Nothing>;
    type Calls = EachBatch;

    async fn call(&mut self, _: Vec<u64>, _: &Context, (): &()) -> Result<Option<Nothing>, Error> {
        (self.0)();
        Ok(None)
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_sees_the_stop_before_another_batch_is_handled() {
    for capacity in [20, 1000] {
        let options = Options::new().capacity(capacity).batch(1);
        let (seen_at, all) = calls_until_the_source_sees_a_stop(InBatches, options).await;
        assert_eq!(seen_at, 10, "of {all}");
    }
}

/// Sends on a thread of its own until it is refused, which is its failure.
#[worker(blocking)]
fn pour(numbers: &Output<u64>) -> Result<(), SendError<u64>> {
    loop {
        numbers.blocking_send(1)?;
    }
}

/// Never ends with a message.
#[consumer(capacity = 1)]
async fn clog(_: u64) {
    std::future::pending::<()>().await;
}

workers! {
    // The consumer stands first, so it is forced before the source.
    #[workers(grace = "100ms")]
    struct Clogged {
        clog: Clog,
        pour: Pour,
    }

    pour.numbers => clog;
}

#[tokio::test]
async fn a_source_that_a_forced_stop_refuses_is_not_the_cause_of_the_stop() {
    let running = Clogged::new().startup().await.unwrap();
    let clog = running.clog().clone();
    while clog.status().queue_size != Some(1) {
        tokio::task::yield_now().await;
    }
    running.gracefully_stop();
    let exit = running.wait_for_shutdown().await;
    assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
    assert_eq!(exit.code(), 1, "{exit}");
    let pour = exit.worker("pour").unwrap();
    assert!(!pour.cause().is_failure(), "{exit}");
    assert!(pour.last_error().is_some(), "{exit}");
}
