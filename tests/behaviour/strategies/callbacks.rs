//! Callbacks of a group with a strategy.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use fluid::{Callback, Cause, Error, OnError, Restart};
use tokio::time::{Instant, timeout};

use super::{FAIL, part, restarting, settled};
use crate::support::{Log, group, ms, secs};

/// The times in milliseconds at which a callback ran within `time`. It fails in the runs whose numbers are in `fails`,
/// by a panic or by an error.
async fn runs(
    restart: Option<Restart>,
    callback: Callback,
    fails: &'static [u64],
    panics: bool,
    time: u64,
) -> (Vec<u128>, fluid::Exit) {
    let begun = Instant::now();
    let at = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&at);
    let workers = match restart {
        Some(restart) => group().restart(restart),
        None => group(),
    };
    let running = workers.startup().await.unwrap();
    let registered = running.register_callback(callback, move || {
        let mut at = noted.lock().unwrap();
        at.push(begun.elapsed().as_millis());
        let fails = fails.contains(&(at.len() as u64));
        drop(at);
        async move {
            assert!(!(fails && panics), "it fails");
            if fails {
                Err(Error::from("it fails"))
            } else {
                Ok(())
            }
        }
    });
    registered.unwrap();
    let _ = timeout(ms(time), running.wait_for_shutdown()).await;
    let exit = running.shutdown().await;
    let at = at.lock().unwrap().clone();
    (at, exit)
}

#[tokio::test(start_paused = true)]
async fn a_failed_periodic_callback_is_armed_anew_within_the_budget() {
    let restart = Restart::one_for_one().max_restarts(2).backoff(ms(0), ms(0));
    let every = Callback::every(secs(2));
    for panics in [false, true] {
        let (at, exit) = runs(Some(restart), every, &[2, 4], panics, 11_000).await;
        assert_eq!(at, [2000, 4000, 6000, 8000, 10_000]);
        assert_eq!(exit.code(), 0, "{exit}");
        assert_eq!(exit.workers()[0].restarts(), 2);

        let (at, exit) = runs(Some(restart), every, &[1, 2, 3], panics, 60_000).await;
        assert_eq!(at, [2000, 4000, 6000]);
        let Cause::Failed { worker, error } = exit.cause() else {
            panic!("{exit}");
        };
        assert_eq!(&**worker, "every");
        let text = format!("{error:#}");
        assert!(
            text.contains("2 restarts") && text.contains("it fails"),
            "{text}"
        );
    }
    // The backoff applies as for any other member, and one period follows.
    let rests = restart.backoff(secs(10), secs(10));
    let (at, _) = runs(Some(rests), every, &[1], false, 20_000).await;
    assert!((9000..=14_001).contains(&at[1]) && at.len() > 2, "{at:?}");
}

#[tokio::test(start_paused = true)]
async fn on_error_of_a_callback_takes_precedence_and_a_one_shot_is_only_logged() {
    let restart = Some(Restart::one_for_one().max_restarts(0));
    let every = Callback::every(secs(2));
    let skips = every.on_error(OnError::Skip);
    let (at, exit) = runs(restart, skips, &[1, 2], false, 7000).await;
    assert_eq!((at.len(), exit.code()), (3, 0), "{exit}");
    let stops = every.on_error(OnError::Stop);
    let (at, exit) = runs(Some(Restart::one_for_one()), stops, &[1], false, 7000).await;
    assert_eq!((at.len(), exit.code()), (1, 2), "{exit}");
    let (at, exit) = runs(restart, Callback::after(secs(2)), &[1], false, 7000).await;
    assert_eq!((at.len(), exit.code()), (1, 0), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn on_error_answers_the_error_and_the_panic_of_a_callback_alike() {
    let every = Callback::every(secs(2));
    let once = Callback::after(secs(2));
    let strategy = Restart::one_for_one().backoff(ms(0), ms(0));
    for panics in [false, true] {
        for (restart, callback, runs_and_code) in [
            (None, every, (1, 2)),
            (None, every.on_error(OnError::Stop), (1, 2)),
            (None, every.on_error(OnError::Skip), (3, 0)),
            (None, once, (1, 0)),
            (None, once.on_error(OnError::Stop), (1, 2)),
            (Some(strategy), every, (3, 0)),
            (Some(strategy), every.on_error(OnError::Stop), (1, 2)),
            (Some(strategy), every.on_error(OnError::Skip), (3, 0)),
            (Some(strategy), once, (1, 0)),
        ] {
            let (at, exit) = runs(restart, callback, &[1], panics, 7000).await;
            let case = format!("{restart:?}, {callback:?}, panics: {panics}, {exit}");
            assert_eq!((at.len(), exit.code()), runs_and_code, "{case}");
            let cause = exit.cause();
            let expected = match runs_and_code.1 {
                0 => matches!(cause, Cause::Stopped),
                _ if panics => matches!(cause, Cause::Panicked { .. }),
                _ => matches!(cause, Cause::Failed { .. }),
            };
            assert!(expected, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn callbacks_end_first_and_begin_last_when_all_are_restarted() {
    let log = Log::default();
    let mut workers = group().restart(Restart::one_for_all().backoff(ms(0), ms(0)));
    let fails = part(&mut workers, "fails", &log);
    part(&mut workers, "other", &log);
    let (rung, noted) = (Arc::new(AtomicU64::new(0)), log.clone());
    let count = Arc::clone(&rung);
    let every = workers.register_callback(Callback::every(secs(2)), move || {
        let (count, log) = (Arc::clone(&count), noted.clone());
        async move {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(secs(1)).await;
            log.note("rung");
        }
    });
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(ms(2500)).await;
    // The callback is in the middle of a run, which it finishes.
    fails.send(FAIL).await.unwrap();
    restarting(&every).await;
    settled(&running, 3).await;
    let lines = log.lines();
    assert_eq!(lines[2..5], ["end fails", "rung", "end other"], "{lines:?}");
    assert_eq!(rung.load(Ordering::SeqCst), 1);
    // The callback was armed anew after the others had started.
    tokio::time::sleep(ms(1900)).await;
    assert_eq!(rung.load(Ordering::SeqCst), 1);
    tokio::time::sleep(ms(200)).await;
    assert_eq!(rung.load(Ordering::SeqCst), 2);
    assert!(running.shutdown().await.is_success());
}
