//! What the seeds of fluid, a Python library, can do: one test for each of its classes and functions.
//!
//! `RunningWorker.start_running` refuses a second start. In fluid a second start does not compile:
//! see `tests/ui/lifecycle/started-twice.rs`.

use std::sync::Arc;
use std::time::Duration;

use fluid::{
    Callback, Cause, Context, Dispatcher, Error, Exit, MessageProducer, Options, State, Worker,
    WorkerExt, Workers,
    by_hand::{Io, Nothing},
};
use tokio::time::timeout;

use crate::support::{Log, beats, body, counts, each, group, idle, ms, put, put_with, secs, sink};

#[tokio::test(start_paused = true)]
async fn worker_has_name_num_workers_status_gracefully_stop_is_running_is_stopping_run() {
    let mut workers = group();
    let slow = put(&mut workers, "slow", sink::<u64>(secs(1)));
    assert!(!slow.is_running());
    let running = workers.startup().await.unwrap();
    slow.send(1).await.unwrap();
    assert_eq!(
        (slow.worker_name(), running.worker_name()),
        ("slow", "group")
    );
    assert_eq!(running.num_workers(), 1);
    assert!(slow.is_running() && running.is_running() && !running.is_stopping());
    tokio::time::sleep(ms(1)).await;
    running.gracefully_stop();
    tokio::time::sleep(ms(1)).await;
    assert!(slow.is_stopping() && running.is_stopping() && !running.is_running());
    assert_eq!(
        running.status().worker("slow").unwrap().state,
        State::Stopping
    );
    assert_eq!(running.wait_for_shutdown().await.code(), 0);
    // `run` is the work of a worker, and also runs a group that listens to signals.
    let mut workers = group();
    put(
        &mut workers,
        "short",
        body::<Nothing, Nothing>(|_, _| Box::pin(async { Ok(()) })),
    );
    assert_eq!(workers.run().await.code(), 0);
}

/// Notes its hooks.
struct Hooked(Log);

impl Worker for Hooked {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        self.0.note("on_startup");
        Ok(())
    }

    async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        ctx.stopping().await;
        Ok(())
    }

    async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
        self.0.note("on_shutdown");
        Ok(())
    }

    async fn after_shutdown(&mut self, exit: &Exit) {
        self.0
            .note(format!("after_shutdown {} {}", exit.cause(), exit.code()));
    }
}

#[tokio::test(start_paused = true)]
async fn worker_state_startup_shutdown_wait_for_shutdown_and_hooks_with_reason_and_code() {
    let log = Log::default();
    let worker = Hooked(log.clone()).startup().await.unwrap();
    assert_eq!(worker.state(), State::Running);
    assert!(timeout(secs(60), worker.wait_for_shutdown()).await.is_err());
    let exit = worker.shutdown().await;
    assert_eq!(worker.wait_for_shutdown().await.code(), exit.code());
    assert_eq!(worker.state(), State::Stopped);
    let hooks = [
        "on_startup",
        "on_shutdown",
        "after_shutdown asked to stop 0",
    ];
    assert_eq!(log.lines(), hooks);
}

#[tokio::test(start_paused = true)]
async fn async_context_manager_is_scope() {
    let scope = Hooked(Log::default()).scope(|worker| async move { worker.is_running() });
    let (was_running, exit) = scope.await.unwrap();
    assert!(was_running && exit.is_success());
}

#[tokio::test(start_paused = true)]
async fn stopping_worker_is_every_worker() {
    let mut workers = group();
    put(
        &mut workers,
        "loops",
        body::<Nothing, Nothing>(|ctx, _| {
            Box::pin(async {
                while ctx.is_running() {
                    assert!(ctx.sleep(secs(1)).await || !ctx.is_running());
                }
                Ok(())
            })
        }),
    );
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(ms(2500)).await;
    assert!(
        timeout(ms(10), running.shutdown())
            .await
            .unwrap()
            .is_success()
    );
}

#[tokio::test(start_paused = true)]
async fn worker_function_with_heartbeat_and_name() {
    let mut workers = group();
    let options = Options::new().heartbeat(secs(1)).name("ticker");
    let ticker = put_with(
        &mut workers,
        "field",
        options,
        beats(|| async { Ok(Vec::<Nothing>::new()) }),
    );
    assert_eq!(ticker.worker_name(), "ticker");
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(ms(3500)).await;
    assert_eq!(
        running.shutdown().await.worker("ticker").unwrap().beats(),
        4
    );
}

#[tokio::test(start_paused = true)]
async fn queue_consumer_send_also_before_startup_get_message_with_timeout_queue_size_status() {
    let mut workers = group();
    let reader = put(
        &mut workers,
        "reader",
        body::<u64, Nothing>(|_, io| {
            Box::pin(async {
                assert_eq!(io.queue.get_message(secs(1)).await, Some(5));
                assert_eq!(io.queue.get_message(secs(1)).await, None);
                Ok(())
            })
        }),
    );
    reader.send(5).await.unwrap();
    assert_eq!(
        (reader.queue_size(), reader.status().queue_size),
        (1, Some(1))
    );
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    assert_eq!(counts(&exit, "reader"), [1, 1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn queue_consumer_worker_calls_on_message() {
    let log = Log::default();
    let noted = log.clone();
    let mut workers = group();
    let consumer = put(
        &mut workers,
        "consumer",
        each(move |message: &'static str| {
            noted.note(message);
            async { Ok(None::<Nothing>) }
        }),
    );
    let running = workers.startup().await.unwrap();
    consumer.send("a").await.unwrap();
    consumer.send("b").await.unwrap();
    assert_eq!(running.shutdown().await.code(), 0);
    assert_eq!(log.lines(), ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn message_producer_is_what_messages_are_sent_to() {
    async fn produce(to: impl MessageProducer<u64>) -> bool {
        to.send(1).await.is_ok()
    }
    let mut workers = group();
    let consumer = put(&mut workers, "consumer", sink::<u64>(ms(1)));
    let running = workers.startup().await.unwrap();
    assert!(produce(consumer.handle()).await);
    assert!(produce(consumer.sender().clone()).await);
    assert_eq!(running.shutdown().await.code(), 0);
    assert!(!produce(consumer.handle()).await);
}

#[tokio::test(start_paused = true)]
async fn async_consumer_with_a_dispatcher_calls_all_handlers_of_a_type() {
    let log = Log::default();
    let dispatcher = Dispatcher::new(|(kind, _): &(&'static str, u64)| *kind);
    for tag in ["first", "second"] {
        let log = log.clone();
        dispatcher.register("tick", tag, move |event: Arc<(&'static str, u64)>| {
            log.note(format!("{tag} {}", event.1));
            async {}
        });
    }
    let consumer = dispatcher.clone().startup().await.unwrap();
    consumer.send(("tick", 1)).await.unwrap();
    consumer.send(("tock", 2)).await.unwrap();
    tokio::time::sleep(ms(1)).await;
    dispatcher.unregister(&"tick", "first");
    consumer.send(("tick", 3)).await.unwrap();
    assert_eq!(consumer.shutdown().await.code(), 0);
    assert_eq!(log.lines(), ["first 1", "second 1", "second 3"]);
}

#[tokio::test(start_paused = true)]
async fn workers_add_remove_startup_shutdown_on_shutdown_bail_out_safe_run_wait_for_exit() {
    let log = Log::default();
    let mut workers = group();
    put(&mut workers, "kept", idle());
    let gone = put(&mut workers, "gone", idle());
    assert!(workers.remove(gone.worker()).is_some());
    let noted = log.clone();
    workers.on_shutdown(move || async move { noted.note("on_shutdown") });
    let running = workers.startup().await.unwrap();
    assert_eq!(running.num_workers(), 1);
    running.bail_out("the disk is full", 4);
    let exit = running.wait_for_shutdown().await;
    assert!(
        matches!(exit.cause(), Cause::BailedOut { reason, code: 4 } if reason == "the disk is full")
    );
    assert_eq!(
        (exit.code(), log.lines()),
        (4, vec!["on_shutdown".to_owned()])
    );
    // safe_run: a failure is an exit code, not a panic.
    let mut workers = group();
    put(
        &mut workers,
        "bad",
        body::<Nothing, Nothing>(|_, _| Box::pin(async { panic!("bad") })),
    );
    assert_eq!(workers.run().await.code(), 2);
}

#[tokio::test(start_paused = true)]
async fn register_callback_with_seconds_jitter_periodic_before_and_while_running() {
    let log = Log::default();
    let note = |what: &'static str| {
        let log = log.clone();
        move || {
            log.note(what);
            async {}
        }
    };
    let mut workers = group();
    workers.register_callback(Callback::every(secs(10)).jitter(secs(1)), note("every"));
    let running = workers.startup().await.unwrap();
    running
        .register_callback(Callback::after(secs(5)), note("after"))
        .unwrap();
    tokio::time::sleep(secs(25)).await;
    assert_eq!(running.shutdown().await.code(), 0);
    assert_eq!(log.lines(), ["after", "every", "every"]);
}

#[tokio::test(start_paused = true)]
async fn dynamic_workers_are_added_while_running() {
    let running = Workers::new("dynamic")
        .grace(secs(1))
        .startup()
        .await
        .unwrap();
    let added = running.add_with("added", Options::new(), || sink::<u64>(Duration::ZERO));
    let added = added.unwrap();
    added.send(1).await.unwrap();
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "added"), [1, 1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn nested_groups_show_the_status_of_the_whole_tree() {
    let mut inner = Workers::new("inner");
    put(&mut inner, "deep", idle());
    let mut inner = Some(inner);
    let mut workers = group();
    workers.add_with("inner", Options::new(), move || inner.take().unwrap());
    let running = workers.startup().await.unwrap();
    let status = running.status();
    assert_eq!(status.worker("inner/deep").unwrap().state, State::Running);
    let exit = running.shutdown().await;
    assert_eq!(exit.worker("inner/deep").unwrap().state(), State::Stopped);
}

#[tokio::test(start_paused = true)]
async fn stopping_grace_period_is_set_by_the_group() {
    // `process.rs` tests that the environment sets it, in a process of its own.
    let mut workers = group().grace(secs(3));
    put(
        &mut workers,
        "deaf",
        body::<Nothing, Nothing>(|_, _| Box::pin(std::future::pending())),
    );
    let running = workers.startup().await.unwrap();
    let asked = tokio::time::Instant::now();
    assert!(running.shutdown().await.is_forced());
    assert_eq!(asked.elapsed().as_secs(), 3);
}
