//! The effects of a worker's options: errors, restarts, timeouts, heartbeats, threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fluid::{
    Cause, Context, Error, OnError, OnExit, OnLost, Options, Pace, State, Worker,
    by_hand::{Io, Nothing},
    error::TimedOut,
};
use tokio::time::{Instant, timeout};

use crate::support::{
    assert_conserved, beats, body, counts, each, group, idle, ms, put, put_with, secs,
};

/// Its lost messages are expected.
const RESTART: Options = Options::new()
    .on_error(OnError::Restart)
    .on_lost(OnLost::Ignore);

#[tokio::test(start_paused = true)]
async fn skip_continues_after_errors_and_panics_and_keeps_the_state() {
    let mut workers = group();
    let mut seen = 0;
    let options = Options::new().on_error(OnError::Skip);
    let picky = put_with(
        &mut workers,
        "picky",
        options,
        each(move |number: u64| {
            seen += 1;
            async move {
                match number {
                    1 => Err("one")?,
                    2 => panic!("two"),
                    9 => assert_eq!(seen, 10),
                    _ => {}
                }
                Ok(None::<Nothing>)
            }
        }),
    );
    for number in 0..10 {
        picky.send(number).await.unwrap();
    }
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert_eq!(counts(&exit, "picky"), [10, 8, 2, 0, 0]);
    assert_eq!((exit.code(), exit.lost()), (2, 2), "{exit}");
    let picky = exit.worker("picky").unwrap();
    assert!(picky.last_error().unwrap().to_string().contains("two"));
    assert_eq!(picky.restarts(), 0);
}

/// Fails at each message below `limit`, and counts its messages in its state.
struct Picky {
    limit: u64,
    seen: u64,
    most: Arc<AtomicU64>,
}

impl Worker for Picky {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(number) = io.queue.next().await {
            self.seen += 1;
            self.most.fetch_max(self.seen, Ordering::SeqCst);
            if number < self.limit {
                return Err(format!("{number} is too small").into());
            }
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_keeps_the_queue_and_the_handles_and_builds_the_state_anew() {
    let most = Arc::new(AtomicU64::new(0));
    let built = Arc::new(AtomicU64::new(0));
    let mut workers = group();
    let picky = workers.add_with("picky", RESTART, {
        let (most, built) = (Arc::clone(&most), Arc::clone(&built));
        move || {
            built.fetch_add(1, Ordering::SeqCst);
            Picky {
                limit: 3,
                seen: 0,
                most: Arc::clone(&most),
            }
        }
    });
    for number in 0..6 {
        picky.send(number).await.unwrap();
    }
    let running = workers.startup().await.unwrap();
    picky.wait_for(State::Restarting).await;
    picky.send(6).await.unwrap();
    tokio::time::sleep(secs(5)).await;
    assert_eq!(picky.state(), State::Running);
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "picky"), [7, 4, 3, 0, 0]);
    assert_eq!(exit.worker("picky").unwrap().restarts(), 3);
    assert_eq!(built.load(Ordering::SeqCst), 4);
    // The last state saw 3, 4, 5 and 6, and nothing from before the restart.
    assert_eq!(most.load(Ordering::SeqCst), 4);
    assert_eq!(exit.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_backoff_doubles_from_100_ms_to_5_s_and_begins_anew_after_a_success() {
    let starts = Arc::new(Mutex::new(Vec::new()));
    let mut workers = group();
    let picky = workers.add_with("picky", RESTART, {
        let starts = Arc::clone(&starts);
        move || {
            starts.lock().unwrap().push(Instant::now());
            Picky {
                limit: 100,
                seen: 0,
                most: Arc::default(),
            }
        }
    });
    let running = workers.startup().await.unwrap();
    for number in 0..8 {
        picky.send(number).await.unwrap();
    }
    tokio::time::sleep(secs(60)).await;
    let starts = |from: usize| -> Vec<u128> {
        let starts = starts.lock().unwrap();
        let pauses = starts
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).as_millis());
        pauses.skip(from).collect()
    };
    let pauses = starts(0);
    assert_eq!(pauses.len(), 8, "{pauses:?}");
    for (pause, due) in pauses
        .iter()
        .zip([100, 200, 400, 800, 1600, 3200, 5000, 5000])
    {
        assert!((due / 2..=due + 1).contains(pause), "{pauses:?}");
    }
    picky.send(100).await.unwrap();
    picky.send(0).await.unwrap();
    tokio::time::sleep(secs(60)).await;
    let after = starts(8)[0];
    assert!(after < 60_000 + 101, "{after}");
    let settled = running.status().worker("picky").unwrap().restarts;
    assert_eq!(settled, 9);
    assert_eq!(running.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stop_interrupts_the_backoff_and_never_restarts_a_source() {
    let built = Arc::new(AtomicU64::new(0));
    let mut workers = group();
    let flaky = workers.add_with("flaky", RESTART, {
        let built = Arc::clone(&built);
        move || {
            built.fetch_add(1, Ordering::SeqCst);
            body::<Nothing, Nothing>(|_, _| Box::pin(async { Err("flaky".into()) }))
        }
    });
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(secs(30)).await;
    assert_eq!(flaky.state(), State::Restarting);
    let before = built.load(Ordering::SeqCst);
    let asked = Instant::now();
    let exit = running.shutdown().await;
    assert!(asked.elapsed() < ms(10));
    assert_eq!(built.load(Ordering::SeqCst), before);
    // The policy answered the failures, so the stop is a normal one.
    assert_eq!(exit.code(), 0, "{exit}");
    assert!(exit.worker("flaky").unwrap().last_error().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_backoff_may_be_longer_than_the_grace_period() {
    let mut workers = group();
    let options = RESTART.grace(ms(50));
    let picky = workers.add_with("picky", options, || Picky {
        limit: 10,
        seen: 0,
        most: Arc::default(),
    });
    let running = workers.startup().await.unwrap();
    for number in 0..12 {
        picky.send(number).await.unwrap();
    }
    tokio::time::sleep(secs(60)).await;
    assert_eq!(picky.status().restarts, 10);
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "picky"), [12, 2, 10, 0, 0]);
    assert!(!exit.is_forced(), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_draining_consumer_restarts_to_finish_its_queue_however_often_it_fails() {
    let mut workers = group();
    let picky = workers.add_with("picky", RESTART, || Picky {
        limit: 20,
        seen: 0,
        most: Arc::default(),
    });
    let running = workers.startup().await.unwrap();
    for number in 0..25 {
        picky.send(number).await.unwrap();
    }
    let asked = Instant::now();
    let exit = running.shutdown().await;
    assert!(asked.elapsed() < ms(10), "{:?}", asked.elapsed());
    assert_eq!(counts(&exit, "picky"), [25, 5, 20, 0, 0]);
    assert_eq!(exit.code(), 0, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_draining_consumer_that_cannot_start_again_gives_up_and_counts_its_queue() {
    struct Once(Arc<AtomicU64>);

    impl Worker for Once {
        type Message = u64;
        type Output = Nothing;
        type Ports = ();

        async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
            if self.0.fetch_add(1, Ordering::SeqCst) > 0 {
                return Err("the database is gone".into());
            }
            Ok(())
        }

        async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
            io.queue.next().await;
            Err("broken".into())
        }
    }

    let tries = Arc::new(AtomicU64::new(0));
    let mut workers = group();
    let made = Arc::clone(&tries);
    let once = workers.add_with("once", RESTART, move || Once(Arc::clone(&made)));
    let running = workers.startup().await.unwrap();
    for number in 0..10 {
        once.send(number).await.unwrap();
    }
    let exit = timeout(secs(5), running.shutdown()).await.unwrap();
    assert_eq!(counts(&exit, "once"), [10, 0, 1, 0, 9]);
    assert_eq!(exit.code(), 2);
    assert!(tries.load(Ordering::SeqCst) < 20);
}

#[tokio::test(start_paused = true)]
async fn a_worker_added_by_value_cannot_be_restarted_and_says_so() {
    struct ByValue;

    impl Worker for ByValue {
        type Message = Nothing;
        type Output = Nothing;
        type Ports = ();
        const OPTIONS: Options = RESTART;

        async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
            Err("the first failure".into())
        }
    }

    let mut workers = group();
    workers.add(ByValue);
    let running = workers.startup().await.unwrap();
    let exit = timeout(secs(60), running.wait_for_shutdown())
        .await
        .expect("it ends");
    let Cause::Failed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!(&**worker, "by_value");
    let text = format!("{error:#}");
    assert!(
        text.contains("added by value") && text.ends_with("the first failure"),
        "{text}"
    );
    assert_eq!(exit.worker("by_value").unwrap().restarts(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_longer_than_its_timeout_fails_with_it() {
    let mut workers = group();
    let options = Options::new().timeout(ms(100)).on_error(OnError::Skip);
    let slow = put_with(
        &mut workers,
        "slow",
        options,
        each(|pause: u64| async move {
            tokio::time::sleep(ms(pause)).await;
            Ok(None::<Nothing>)
        }),
    );
    for pause in [50, 150, 99, 101] {
        slow.send(pause).await.unwrap();
    }
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert_eq!(counts(&exit, "slow"), [4, 2, 2, 0, 0]);
    let slow = exit.worker("slow").unwrap();
    let error = slow
        .last_error()
        .unwrap()
        .downcast_ref::<TimedOut>()
        .unwrap();
    assert_eq!(error.after(), ms(100));
}

/// The times within `time` at which a worker beats whose call takes `call`.
async fn beats_of(options: Options, call: Duration, time: Duration) -> (Vec<u128>, u64) {
    let begun = Instant::now();
    let at = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&at);
    let mut workers = group();
    put_with(
        &mut workers,
        "beats",
        options,
        beats(move || {
            noted.lock().unwrap().push(begun.elapsed().as_millis());
            async move {
                tokio::time::sleep(call).await;
                Ok(Vec::<Nothing>::new())
            }
        }),
    );
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(time).await;
    let exit = running.shutdown().await;
    let exit = exit.worker("beats").unwrap();
    let at = at.lock().unwrap().clone();
    assert_eq!(exit.beats(), at.len() as u64);
    (at, exit.missed_beats())
}

#[tokio::test(start_paused = true)]
async fn a_delay_waits_after_each_call_and_a_rate_measures_from_start_to_start() {
    let delay = Options::new().heartbeat(ms(100));
    let (at, missed) = beats_of(delay, ms(30), ms(450)).await;
    assert_eq!((at, missed), (vec![0, 130, 260, 390], 0));
    let rate = delay.pace(Pace::Rate);
    let (at, missed) = beats_of(rate, ms(30), ms(450)).await;
    assert_eq!((at, missed), (vec![0, 100, 200, 300, 400], 0));
}

#[tokio::test(start_paused = true)]
async fn a_rate_counts_the_beats_that_a_slow_call_misses() {
    let rate = Options::new().heartbeat(ms(100)).pace(Pace::Rate);
    let (at, missed) = beats_of(rate, ms(250), ms(850)).await;
    // Each call lasts longer than two periods.
    assert_eq!((at, missed), (vec![0, 300, 600], 6));
}

#[tokio::test(start_paused = true)]
async fn jitter_adds_less_than_it_is_allowed_and_differs() {
    let options = Options::new().heartbeat(ms(100)).jitter(ms(50));
    let (at, _) = beats_of(options, Duration::ZERO, secs(30)).await;
    let pauses: Vec<_> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(
        pauses.iter().all(|pause| (100..=151).contains(pause)),
        "{pauses:?}"
    );
    assert!(pauses.iter().any(|pause| *pause > 125) && pauses.iter().any(|pause| *pause < 125));
}

#[tokio::test]
async fn a_blocking_worker_has_a_thread_with_its_name_and_drains() {
    let mut workers = group();
    let options = Options::new().blocking();
    let heavy = put_with(
        &mut workers,
        "heavy",
        options,
        each(|_: u64| {
            assert_eq!(std::thread::current().name(), Some("heavy"));
            std::thread::sleep(ms(2));
            async { Ok(None::<Nothing>) }
        }),
    );
    let running = workers.startup().await.unwrap();
    for number in 0..20 {
        heavy.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "heavy"), [20, 20, 0, 0, 0], "{exit}");
    assert_eq!(exit.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_ignored_exit_does_not_hide_a_failure() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let options = Options::new().on_exit(OnExit::Ignore);
    put_with(
        &mut workers,
        "bad",
        options,
        body::<Nothing, Nothing>(|_, _| Box::pin(async { Err("bad".into()) })),
    );
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    assert_eq!(exit.code(), 2);
    assert_conserved(&exit);
}

#[tokio::test(start_paused = true)]
async fn the_backoff_of_a_source_grows_until_a_beat_succeeds() {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&calls);
    let mut workers = group();
    workers.add_with("source", RESTART.heartbeat(secs(10)), move || {
        let noted = Arc::clone(&noted);
        beats(move || {
            let mut calls = noted.lock().unwrap();
            calls.push(Instant::now());
            let fails = calls.len() != 5;
            async move {
                if fails {
                    Err("not yet")?;
                }
                Ok(Vec::<Nothing>::new())
            }
        })
    });
    let running = workers.startup().await.unwrap();
    while calls.lock().unwrap().len() < 8 {
        tokio::time::sleep(ms(1)).await;
    }
    assert_eq!(running.shutdown().await.code(), 0);
    let calls = calls.lock().unwrap();
    let pauses = calls.windows(2).map(|pair| pair[1] - pair[0]);
    let due = [100, 200, 400, 800, 10_000, 100, 200].map(ms);
    for (pause, due) in pauses.zip(due) {
        let least = if due == secs(10) { due } else { due / 2 };
        assert!(
            least <= pause && pause <= due + ms(1),
            "{pause:?} for {due:?}"
        );
    }
}

/// Panics in its first run, before `run` has made its future. Notes each `on_shutdown`.
struct Hasty {
    runs: Arc<AtomicU64>,
    ends: Arc<AtomicU64>,
}

impl Worker for Hasty {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    fn run(
        &mut self,
        _: &Context,
        _: &mut Io<Self>,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        assert!(self.runs.fetch_add(1, Ordering::SeqCst) > 0, "too hasty");
        async { Ok(()) }
    }

    async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
        self.ends.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_before_the_future_of_run_is_made_is_answered_like_any_other() {
    let [runs, ends] = [(); 2].map(|()| Arc::new(AtomicU64::new(0)));
    let mut workers = group();
    workers.add_with("hasty", RESTART, {
        let (runs, ends) = (Arc::clone(&runs), Arc::clone(&ends));
        move || Hasty {
            runs: Arc::clone(&runs),
            ends: Arc::clone(&ends),
        }
    });
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    assert_eq!(exit.code(), 0, "{exit}");
    assert_eq!(exit.worker("hasty").unwrap().restarts(), 1, "{exit}");
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert_eq!(ends.load(Ordering::SeqCst), 2, "of two runs");
}
