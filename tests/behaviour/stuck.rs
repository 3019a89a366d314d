//! Workers that do not stop: the exit names each of them, and is written in time. The tests block real threads, and
//! so use real time.

use std::time::{Duration, Instant};

use fluid::{AskError, Exit, OnError, OnExit, Options, Reply, State, Workers, by_hand::Nothing};
use tokio::time::timeout;

use crate::support::{
    Log, assert_conserved, body, counts, each, group, idle, ms, put, put_with, secs,
};

const GRACE: Duration = ms(200);

/// The grace period, a second, and half a second for a loaded machine.
const LIMIT: Duration = ms(200 + 1000 + 500);

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn each_kind_of_worker_that_does_not_stop_is_named_and_its_messages_are_counted() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Arc::new(std::sync::Mutex::new(released));
    let block = |options| {
        let released = std::sync::Arc::clone(&released);
        (
            options,
            each(move |_: u64| {
                // Blocks until the end of the test, which drops the sender.
                let _ = released.lock().unwrap().recv();
                async { Ok(None::<Nothing>) }
            }),
        )
    };
    let mut workers = group().grace(GRACE);
    let (options, worker) = block(Options::new());
    let blocks = put_with(&mut workers, "blocks", options, worker);
    let (options, worker) = block(Options::new().blocking());
    let own_thread = put_with(&mut workers, "own_thread", options, worker);
    let pending = put(
        &mut workers,
        "pending",
        each(|_: u64| async {
            std::future::pending::<()>().await;
            Ok(None::<Nothing>)
        }),
    );
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    for _ in 0..5 {
        blocks.send(1).await.unwrap();
        own_thread.send(1).await.unwrap();
        pending.send(1).await.unwrap();
    }
    let asked = Instant::now();
    let exit = running.shutdown().await;
    assert!(asked.elapsed() < LIMIT, "{:?}", asked.elapsed());
    assert_eq!((exit.state(), exit.code()), (State::ForceStopped, 1));
    let how = |name| {
        let exit = exit.worker(name).unwrap();
        (exit.is_forced(), exit.is_stuck())
    };
    assert_eq!(how("blocks"), (true, true), "{exit}");
    assert_eq!(how("own_thread"), (true, true), "{exit}");
    assert_eq!(how("pending"), (true, false), "{exit}");
    assert_eq!(how("idle"), (false, false), "{exit}");
    for worker in ["blocks", "own_thread", "pending"] {
        assert_eq!(counts(&exit, worker), [5, 0, 0, 0, 5], "{worker}");
    }
    // After the release, the stuck workers change no count.
    drop(release);
    let handles = [blocks.handle(), own_thread.handle(), pending.handle()];
    while released.try_lock().is_err() {
        tokio::task::yield_now().await;
    }
    for handle in handles {
        let counts = handle.status().counts.unwrap();
        assert_eq!((counts.done, counts.undelivered), (0, 5));
        assert_eq!(handle.queue_size(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_nested_group_names_its_stuck_worker_and_runs_its_hooks() {
    for hooks in [false, true] {
        let (release, released) = std::sync::mpsc::channel::<()>();
        let mut inner = Workers::new("inner");
        let blocks = each(move |_: u64| {
            // Blocks until the end of the test, which drops the sender.
            let _ = released.recv();
            async { Ok(None::<Nothing>) }
        });
        let blocks = put(&mut inner, "blocks", blocks);
        let log = Log::default();
        if hooks {
            let noted = log.clone();
            inner.on_shutdown(|| async move {
                tokio::time::sleep(ms(80)).await;
                noted.note("flushed");
            });
        }
        let mut workers = group().grace(GRACE);
        let mut inner = Some(inner);
        workers.add_with("inner", Options::new(), move || inner.take().expect("once"));
        let running = workers.startup().await.unwrap();
        blocks.send(1).await.unwrap();
        let exit = running.shutdown().await;
        let stuck = exit.worker("inner/blocks").map(Exit::is_stuck);
        assert_eq!(stuck, Some(true), "{exit}");
        assert!(!exit.worker("inner").unwrap().is_stuck(), "{exit}");
        assert_eq!(counts(&exit, "inner/blocks"), [1, 0, 0, 0, 1]);
        assert_eq!(log.lines().len(), usize::from(hooks));
        drop(release);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_question_to_a_stuck_worker_fails_when_it_is_given_up() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let mut workers = group().grace(GRACE);
    let stuck = put_with(
        &mut workers,
        "stuck",
        Options::new().blocking(),
        each(move |_: Reply<()>| {
            let _ = released.recv();
            async { Ok(None::<Nothing>) }
        }),
    );
    let running = workers.startup().await.unwrap();
    let askers: Vec<_> = (0..3)
        .map(|_| {
            let stuck = stuck.handle();
            tokio::spawn(async move { stuck.ask(|reply| reply).await })
        })
        .collect();
    while stuck.status().counts.unwrap().accepted < 3 {
        tokio::task::yield_now().await;
    }
    assert!(running.shutdown().await.worker("stuck").unwrap().is_stuck());
    for asker in askers {
        let answer = timeout(secs(1), asker)
            .await
            .expect("the question fails")
            .unwrap();
        assert!(matches!(
            answer,
            Err(AskError::Unanswered(_) | AskError::Dropped(_))
        ));
    }
    drop(release);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_removed_worker_that_was_stuck_and_fails_later_does_not_disturb_its_group() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let worker = std::sync::Arc::new(());
    let dropped = std::sync::Arc::downgrade(&worker);
    let stuck = each(move |_: u64| {
        let _worker = &worker;
        let _ = released.recv();
        async { Err::<Option<Nothing>, _>("too late".into()) }
    });
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let options = Options::new().grace(GRACE);
    let stuck = put_with(&mut workers, "stuck", options, stuck).handle();
    let running = workers.startup().await.unwrap();
    stuck.send(1).await.unwrap();
    while stuck.queue_size() > 0 {
        tokio::task::yield_now().await;
    }
    let exit = running.remove(stuck.worker()).await.unwrap();
    assert!(exit.is_stuck(), "{exit}");
    drop(release);
    // When the worker was dropped, its failure has been reported.
    while dropped.strong_count() > 0 {
        tokio::task::yield_now().await;
    }
    let added = running.add(idle()).unwrap();
    added.wait_for(State::Running).await;
    let exit = running.shutdown().await;
    assert_eq!(exit.code(), 0, "{exit}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_blocks_its_thread_at_once_does_not_delay_the_start_of_others() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let mut workers = group().grace(GRACE);
    let first = put(
        &mut workers,
        "first",
        body::<u64, Nothing>(move |_, _| {
            let _ = released.recv();
            Box::pin(async { Ok(()) })
        }),
    );
    let source = put(
        &mut workers,
        "source",
        crate::support::count(1, Duration::ZERO),
    );
    workers.connect(&source, &first);
    let running = timeout(secs(2), workers.startup())
        .await
        .expect("it starts")
        .unwrap();
    let asked = Instant::now();
    let exit = running.shutdown().await;
    assert!(asked.elapsed() < LIMIT, "{:?}", asked.elapsed());
    assert!(exit.worker("first").unwrap().is_stuck());
    assert_conserved(&exit);
    drop(release);
}

#[test]
fn a_stuck_worker_is_marked_in_the_table() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let exit = runtime.block_on(async {
        let mut workers = group().grace(ms(10));
        put(
            &mut workers,
            "sleeper",
            body::<Nothing, Nothing>(|_, _| {
                std::thread::sleep(secs(3600));
                Box::pin(async { Ok(()) })
            }),
        );
        workers.startup().await.unwrap().shutdown().await
    });
    assert!(
        exit.to_string().contains("sleeper  force-stopped  STUCK"),
        "{exit}"
    );
    runtime.shutdown_background();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_nested_group_with_a_stuck_worker_is_not_forgotten() {
    for fails in [false, true] {
        let (release, released) = std::sync::mpsc::channel::<()>();
        let mut inner = Workers::new("inner").grace(GRACE);
        let blocks = each(move |_: u64| {
            // Blocks until the end of the test, which drops the sender.
            let _ = released.recv();
            async { Ok(None::<Nothing>) }
        });
        let blocks = put(&mut inner, "blocks", blocks);
        let broken = each(|_: u64| async { Err::<Option<Nothing>, _>("broken".into()) });
        let broken = put(&mut inner, "broken", broken);
        let mut inner = Some(inner);
        let mut workers = group().grace(GRACE);
        put(&mut workers, "idle", idle());
        let options = Options::new()
            .on_exit(OnExit::Forget)
            .on_error(OnError::Forget);
        let handle = workers.add_with("inner", options, move || inner.take().expect("once"));
        let running = workers.startup().await.unwrap();
        blocks.send(1).await.unwrap();
        if fails {
            broken.send(1).await.unwrap();
        } else {
            handle.gracefully_stop();
        }
        let own = handle.wait_for_shutdown().await;
        let stuck = own.worker("blocks").map(Exit::is_stuck);
        assert_eq!(stuck, Some(true), "{own}");
        let exit = running.shutdown().await;
        let stuck = exit.worker("inner/blocks").map(Exit::is_stuck);
        assert_eq!(stuck, Some(true), "{exit}");
        assert_eq!(exit.code(), if fails { 2 } else { 1 }, "{exit}");
        drop(release);
    }
}
