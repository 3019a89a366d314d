//! Calls at the times of a cron pattern: the options `cron`, `zone` and `missed`, and the callback `cron`.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use fluid::test::set_wall_clock;
use fluid::{Callback, Cause, Missed, Options, Workers, consumer, worker, workers};
use tokio::time::{Instant, sleep};

use crate::support::Seen;

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const HOUR: u64 = 3600;

/// Sets the wall time to `at` after midnight on the first of January 2026, a Thursday, in UTC.
fn new_year(at: Duration) {
    set_wall_clock(SystemTime::UNIX_EPOCH + secs(1_767_225_600) + at);
}

/// Emits how many seconds have passed, and takes `lasts` for it.
#[worker(cron = "0 */5 * * * *")]
async fn every_five_minutes(start: Instant, lasts: Duration) -> u64 {
    let now = start.elapsed().as_secs();
    sleep(lasts).await;
    now
}

#[consumer]
async fn keep(number: u64, seen: &Seen) {
    seen.note(number);
}

workers! {
    struct Regular(seen: Seen, start: Instant, lasts: Duration) {
        tick: EveryFiveMinutes { start, lasts },
        keep: Keep { seen },
    }

    tick => keep;
}

#[tokio::test(start_paused = true)]
async fn a_worker_is_called_at_each_time_of_its_pattern_and_not_at_its_start() {
    new_year(secs(60));
    let (seen, start) = (Arc::new(Seen::default()), Instant::now());
    let group = Regular::new(Arc::clone(&seen), start, Duration::ZERO);
    let running = group.startup().await.unwrap();
    sleep(secs(900)).await;
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(seen.all(), ["240", "540", "840"]);
    let tick = exit.worker("tick").unwrap();
    assert_eq!((tick.beats(), tick.missed_beats()), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_wait_for_the_next_time() {
    new_year(Duration::ZERO);
    let start = Instant::now();
    let group = Regular::new(Seen::default(), start, Duration::ZERO);
    let running = group.startup().await.unwrap();
    sleep(secs(100)).await;
    assert!(running.shutdown().await.is_success());
    assert!(start.elapsed() < secs(101), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn times_that_pass_while_a_call_runs_are_skipped_or_made_up_for_once() {
    let (skips, once) = (Arc::new(Seen::default()), Arc::new(Seen::default()));
    for (missed, seen) in [("skips", &skips), ("once", &once)] {
        new_year(Duration::ZERO);
        let mut workers = Workers::new(missed);
        let (start, lasts) = (Instant::now(), secs(700));
        let options = match missed {
            "once" => Options::new().missed(Missed::Once),
            _ => Options::new(),
        };
        let tick = workers.add_with(missed, options, move || EveryFiveMinutes { start, lasts });
        let keep = workers.add(Keep {
            seen: Arc::clone(seen),
        });
        workers.connect(&tick, &keep);
        let running = workers.startup().await.unwrap();
        sleep(secs(2410)).await;
        let exit = running.shutdown().await;
        let missed_beats = exit.worker(missed).unwrap().missed_beats();
        // The first call lasts from 300 s to 1000 s, and two times pass meanwhile.
        assert_eq!(missed_beats, 4, "{missed}");
    }
    assert_eq!(skips.all(), ["300", "1200"]);
    assert_eq!(once.all(), ["300", "1000", "1700"]);
}

/// Fails at its first call.
#[worker(cron = "@hourly", missed = "once", on_error = "restart")]
async fn hourly(start: Instant, seen: &Seen, fails: u64) -> Result<(), String> {
    seen.note(start.elapsed().as_secs() / 60);
    match start.elapsed().as_secs() / HOUR {
        hour if hour == fails => Err("the first call breaks".to_owned()),
        _ => Ok(()),
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_at_which_the_call_failed_is_not_missed_after_the_restart() {
    new_year(Duration::ZERO);
    let (seen, start) = (Arc::new(Seen::default()), Instant::now());
    let mut workers = Workers::new("hours");
    let shared = Arc::clone(&seen);
    workers.add_with("hourly", Options::new(), move || Hourly {
        start,
        seen: Arc::clone(&shared),
        fails: 1,
    });
    let running = workers.startup().await.unwrap();
    sleep(secs(3 * HOUR + 60)).await;
    let exit = running.shutdown().await;
    assert_eq!(seen.all(), ["60", "120", "180"]);
    let hourly = exit.worker("hourly").unwrap();
    assert_eq!((hourly.restarts(), hourly.missed_beats()), (1, 0));
}

/// Notes the minute.
#[worker(heartbeat = "1s")]
async fn note_minute(start: Instant, seen: &Seen) {
    seen.note(start.elapsed().as_secs() / 60);
}

workers! {
    struct Zones(early: Seen, late: Seen, start: Instant) {
        #[worker(cron = "30 6 * * *", zone = "+05:30")]
        early: NoteMinute { start, seen: early },
        #[worker(cron = "0 6 * * THU-FRI", zone = "-02:00", jitter = "10m")]
        late: NoteMinute { start, seen: late },
    }
}

#[tokio::test(start_paused = true)]
async fn a_pattern_on_a_field_replaces_the_heartbeat_and_is_in_its_time_zone() {
    new_year(Duration::ZERO);
    let seen = [(); 2].map(|()| Arc::new(Seen::default()));
    let [early, late] = seen.clone();
    let running = Zones::new(early, late, Instant::now())
        .startup()
        .await
        .unwrap();
    sleep(secs(4 * 24 * HOUR)).await;
    assert!(running.shutdown().await.is_success());
    let [early, late] = seen.map(|seen| seen.all());
    let days = |minute: u64, days: u64| (0..days).map(move |day| day * 24 * 60 + minute);
    assert_eq!(
        early,
        days(60, 4)
            .map(|minute| minute.to_string())
            .collect::<Vec<_>>()
    );
    assert_eq!(late.len(), 2);
    for (minute, due) in late.iter().zip(days(8 * 60, 2)) {
        let minute: u64 = minute.parse().unwrap();
        assert!((due..=due + 10).contains(&minute), "{minute} {due}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_time_zone_is_a_failure_that_names_the_zone() {
    let mut workers = Workers::new("zones");
    let options = Options::new().cron("@daily").zone("Europe/Berln");
    workers.add_with("tick", options, || NoteMinute {
        start: Instant::now(),
        seen: Arc::default(),
    });
    let running = workers.startup().await.unwrap();
    let exit = running.wait_for_shutdown().await;
    let Cause::Failed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!(&**worker, "tick");
    assert!(error.to_string().contains("`Europe/Berln`"), "{error}");
}

async fn report(seen: &Seen, start: Instant) {
    seen.note(start.elapsed().as_secs());
    sleep(secs(90)).await;
}

workers! {
    struct Reporting(seen: Seen, start: Instant) {
        tick: EveryFiveMinutes { start, lasts: Duration::ZERO },
    }

    tick => _;
    cron("* * * * *", zone = "local", missed = "once") => report(&seen, *start).await;
}

#[tokio::test(start_paused = true)]
async fn a_callback_runs_at_the_times_of_its_pattern_and_never_overlaps_itself() {
    new_year(secs(30));
    let (seen, start) = (Arc::new(Seen::default()), Instant::now());
    let running = Reporting::new(Arc::clone(&seen), start)
        .startup()
        .await
        .unwrap();
    sleep(secs(205)).await;
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(seen.all(), ["30", "120"]);
}

#[tokio::test(start_paused = true)]
async fn a_callback_by_hand_skips_the_times_that_it_missed() {
    new_year(secs(30));
    let (seen, start) = (Arc::new(Seen::default()), Instant::now());
    let mut workers = Workers::new("reporting");
    let shared = Arc::clone(&seen);
    workers.register_callback(Callback::cron("* * * * *"), move || {
        let seen = Arc::clone(&shared);
        async move { report(&seen, start).await }
    });
    let running = workers.startup().await.unwrap();
    sleep(secs(300)).await;
    let exit = running.shutdown().await;
    assert_eq!(seen.all(), ["30", "150", "270"]);
    assert_eq!(exit.worker("cron").unwrap().missed_beats(), 2);
}
