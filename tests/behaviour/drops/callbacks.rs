//! Callbacks and the hooks of a group, and their futures.

use std::future::pending;

use fluid::{Callback, OnError};

use super::Bombs;
use crate::support::{group, idle, ms, put, secs};

#[tokio::test(start_paused = true)]
async fn callbacks_and_their_futures_are_dropped_one_at_a_time_at_a_forced_stop() {
    for callback in [Callback::every(secs(1)), Callback::after(secs(1))] {
        let bombs = Bombs::default();
        let mut workers = group();
        for _ in 0..2 {
            let (made, held) = (bombs.clone(), bombs.one());
            workers.register_callback(callback, move || {
                let _ = &held;
                let held = made.one();
                async move {
                    pending::<()>().await;
                    held.defuse();
                }
            });
        }
        put(&mut workers, "idle", idle());
        let running = workers.startup().await.unwrap();
        tokio::time::sleep(secs(2)).await;
        let exit = running.shutdown().await;
        assert_eq!(exit.code(), 1, "{exit}");
        assert!(exit.workers().iter().all(|one| !one.is_stuck()), "{exit}");
        bombs.all_dropped();
    }
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_ended_or_never_ran_is_dropped_within_a_catch() {
    let bombs = Bombs::default();
    let mut workers = group();
    for callback in [
        Callback::every(secs(100)).name("never"),
        Callback::after(secs(1)).name("once"),
        Callback::every(secs(1)).name("often"),
    ] {
        let (made, held) = (bombs.clone(), bombs.one());
        workers.register_callback(callback.on_error(OnError::Skip), move || {
            let _ = &held;
            let held = made.one();
            // Its panic is a failure of the callback.
            async move { drop(held) }
        });
    }
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(secs(10)).await;
    let exit = running.shutdown().await;
    assert_eq!(exit.code(), 0, "{exit}");
    let beats = ["never", "once", "often"].map(|name| exit.worker(name).unwrap().beats());
    assert!(beats[0] == 0 && beats[1] == 1 && beats[2] > 5, "{exit}");
    bombs.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn a_callback_may_panic_with_a_value_whose_drop_panics() {
    let bombs = Bombs::default();
    let mut workers = group();
    let made = bombs.clone();
    let callback = Callback::every(secs(1)).on_error(OnError::Skip);
    workers.register_callback(callback, move || {
        let bomb = made.one();
        async move { bomb.thrown() }
    });
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(secs(10)).await;
    let exit = running.shutdown().await;
    assert_eq!(exit.code(), 0, "{exit}");
    assert!(exit.worker("every").unwrap().beats() > 5, "{exit}");
    bombs.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn callbacks_and_hooks_that_never_run_are_dropped_one_at_a_time() {
    for starts in [false, true] {
        let bombs = Bombs::default();
        let mut workers = group();
        workers.on_startup(|| async { Err::<(), _>("no start") });
        for _ in 0..3 {
            let [one, two, three, four] = [(); 4].map(|()| bombs.one());
            workers.register_callback(Callback::every(secs(1)), move || {
                let _ = &one;
                async {}
            });
            workers.on_startup(move || {
                two.defuse();
                async {}
            });
            workers.on_shutdown(move || {
                three.defuse();
                async {}
            });
            workers.after_shutdown(move |_| {
                four.defuse();
                async {}
            });
        }
        if starts {
            let _ = workers.startup().await.unwrap_err();
        } else {
            drop(workers);
        }
        bombs.all_dropped();
    }
}

#[tokio::test(start_paused = true)]
async fn hooks_that_are_aborted_or_panic_are_dropped_within_a_catch() {
    let bombs = Bombs::default();
    let mut workers = group().grace(secs(1));
    for hangs in [false, true] {
        let [one, two] = [(); 2].map(|()| bombs.one());
        workers.on_shutdown(move || async move {
            if hangs {
                pending::<()>().await;
            }
            one.thrown();
        });
        workers.after_shutdown(move |_| async move {
            if hangs {
                pending::<()>().await;
            }
            two.thrown();
        });
    }
    let running = workers.startup().await.unwrap();
    let ended = tokio::time::timeout(secs(5), running.shutdown());
    let exit = ended.await.expect("it ends");
    assert_eq!(exit.code(), 2, "{exit}");
    tokio::time::sleep(ms(1)).await;
    bombs.all_dropped();
}
