//! A stop takes precedence over every restart, and still lets consumers drain.

use fluid::{Options, Restart, Slot, Workers, by_hand::Nothing};
use tokio::time::{Instant, timeout};

use super::{FAIL, LOSES, Part, chain, connect, part, restarting, settled};
use crate::support::{Log, assert_conserved, counts, each, group, idle, ms, pass, secs, sink};

/// A chain `a => b => c`, where each member takes 300 ms to end.
fn slow_chain(restart: Restart, log: &Log) -> (Workers, [Slot<Part>; 3]) {
    let mut workers = group().restart(restart);
    let parts = ["a", "b", "c"].map(|name| {
        let log = log.clone();
        workers.add_with(name, LOSES, move || Part {
            name,
            log: log.clone(),
            end: ms(300),
        })
    });
    connect(&mut workers, &parts[0], &[&parts[1]]);
    connect(&mut workers, &parts[1], &[&parts[2]]);
    (workers, parts)
}

#[tokio::test(start_paused = true)]
async fn a_stop_of_the_group_interrupts_every_backoff() {
    for restart in [
        Restart::one_for_one(),
        Restart::one_for_all(),
        Restart::rest_for_one(),
    ] {
        let log = Log::default();
        let (workers, [a, b, c]) = chain(restart.backoff(secs(100), secs(100)), &log);
        let running = workers.startup().await.unwrap();
        a.send(FAIL).await.unwrap();
        restarting(&a).await;
        tokio::time::sleep(secs(1)).await;
        // Queued messages are still handled, and so are the messages they lead to.
        for part in [&a, &b, &c] {
            part.send(1).await.unwrap();
        }
        let asked = Instant::now();
        let exit = running.shutdown().await;
        assert!(asked.elapsed() < ms(10), "{:?}", asked.elapsed());
        assert_eq!(exit.code(), 0, "{exit}");
        let all = ["a", "b", "c"].map(|name| counts(&exit, name));
        assert_eq!(
            all,
            [[2, 1, 1, 0, 0], [2, 2, 0, 0, 0], [3, 3, 0, 0, 0]],
            "{exit}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_asked_to_stop_is_not_restarted() {
    for removed in [false, true] {
        let log = Log::default();
        let mut workers = group().restart(Restart::one_for_one().backoff(secs(50), secs(50)));
        let fails = part(&mut workers, "fails", &log);
        part(&mut workers, "other", &log);
        let running = workers.startup().await.unwrap();
        fails.send(FAIL).await.unwrap();
        restarting(&fails).await;
        let asked = Instant::now();
        let exit = if removed {
            running.remove(&fails).await.unwrap()
        } else {
            fails.shutdown().await
        };
        assert!(asked.elapsed() < ms(10) && exit.is_success(), "{exit}");
        tokio::time::sleep(secs(100)).await;
        assert_eq!(
            log.lines()[..3],
            ["start fails", "start other", "end fails"]
        );
        assert_eq!(running.exit().is_none(), removed);
        assert_eq!(running.shutdown().await.code(), 0);
        assert_eq!(fails.status().restarts, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_member_asked_to_stop_during_a_group_restart_drains_and_ends() {
    // Once while the others are still ending, and once during the backoff of all.
    for (pause, wait) in [(100, 600), (1000, 10)] {
        let log = Log::default();
        let restart = Restart::one_for_all().backoff(secs(20), secs(20));
        let (workers, [a, b, c]) = slow_chain(restart, &log);
        let running = workers.startup().await.unwrap();
        a.send(FAIL).await.unwrap();
        restarting(&b).await;
        tokio::time::sleep(ms(pause)).await;
        for part in [&a, &b] {
            part.send(1).await.unwrap();
            part.send(2).await.unwrap();
        }
        let removed = timeout(ms(wait + 610), running.remove(&a)).await;
        let exit = removed.expect("it need not wait").unwrap();
        assert_eq!(exit.counts().unwrap().done, 2);
        settled(&running, 2).await;
        let exit = running.shutdown().await;
        assert_eq!(counts(&exit, "c"), [4, 4, 0, 0, 0]);
        assert_eq!(c.status().restarts, 1);
        assert_eq!(exit.code(), 0, "{exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_while_a_group_restart_ends_its_members_lets_all_drain() {
    // First `c` ends, which failed, then `a`, then `b`.
    for pause in [0, 100, 400, 700, 950, 1200] {
        let log = Log::default();
        let (workers, [a, _, c]) = slow_chain(Restart::one_for_all(), &log);
        let running = workers.startup().await.unwrap();
        c.send(FAIL).await.unwrap();
        tokio::time::sleep(ms(pause)).await;
        for number in 0..5 {
            a.send(number).await.unwrap();
        }
        let exit = running.shutdown().await;
        assert_eq!(exit.code(), 0, "{pause}: {exit}");
        let all = ["a", "b", "c"].map(|name| counts(&exit, name));
        let expected = [[5, 5, 0, 0, 0], [5, 5, 0, 0, 0], [6, 5, 1, 0, 0]];
        assert_eq!(all, expected, "{pause}: {exit}");
        assert!(!exit.is_forced());
    }
}

#[tokio::test(start_paused = true)]
async fn a_draining_consumer_is_restarted_beyond_the_budget() {
    for restart in [Restart::one_for_one(), Restart::one_for_all()] {
        let log = Log::default();
        let (workers, [a, b, _]) = chain(restart.max_restarts(1).backoff(secs(9), secs(9)), &log);
        let running = workers.startup().await.unwrap();
        for number in 0..20 {
            b.send(if number % 2 == 0 { FAIL } else { number })
                .await
                .unwrap();
            a.send(number).await.unwrap();
        }
        let asked = Instant::now();
        let exit = running.shutdown().await;
        assert!(asked.elapsed() < secs(10), "{:?}", asked.elapsed());
        assert_eq!(counts(&exit, "b"), [40, 30, 10, 0, 0], "{exit}");
        assert_eq!(counts(&exit, "c"), [30, 30, 0, 0, 0]);
        assert_eq!(exit.code(), 0, "{exit}");
        assert_conserved(&exit);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_while_upstream_drains_spends_no_budget_and_restarts_one_member() {
    let log = Log::default();
    let restart = Restart::one_for_all().max_restarts(0);
    let mut workers = group().restart(restart.backoff(ms(10), ms(10)));
    let first = workers.add_with("first", Options::new(), || pass::<u64>(ms(100)));
    let fails = part(&mut workers, "fails", &log);
    workers.connect(&first, &fails);
    let running = workers.startup().await.unwrap();
    for number in [1, FAIL, 2, FAIL, 3] {
        first.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "fails"), [5, 3, 2, 0, 0], "{exit}");
    let restarts = |name| exit.worker(name).unwrap().restarts();
    assert_eq!((restarts("first"), restarts("fails")), (0, 2));
    assert_eq!(exit.code(), 0, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_draining_consumer_that_handles_nothing_gives_up() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    let runs = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&runs);
    // Without a backoff only the number of restarts limits it.
    let mut workers = group().restart(Restart::one_for_one().backoff(ms(0), ms(0)));
    let useless = workers.add_with("useless", Options::new(), move || {
        counted.fetch_add(1, Ordering::SeqCst);
        crate::support::body::<u64, Nothing>(|ctx, _| {
            Box::pin(async {
                ctx.stopping().await;
                Err("it never looks at its queue".into())
            })
        })
    });
    let running = workers.startup().await.unwrap();
    for number in 0..10 {
        useless.send(number).await.unwrap();
    }
    let exit = timeout(secs(5), running.shutdown()).await.unwrap();
    assert_eq!(counts(&exit, "useless"), [10, 0, 0, 0, 10]);
    assert_eq!(exit.code(), 2, "{exit}");
    // The first run, and six more that handled nothing either.
    assert_eq!(runs.load(Ordering::SeqCst), 7);
}

#[tokio::test(start_paused = true)]
async fn a_forced_stop_ends_a_restart() {
    let mut workers = group().grace(secs(2)).restart(Restart::one_for_all());
    let fails = part(&mut workers, "fails", &Log::default());
    let hangs = workers.add_with("hangs", Options::new().grace(secs(60)), || {
        each(|_: u64| async { std::future::pending::<Result<Option<Nothing>, _>>().await })
    });
    workers.add_with("idle", Options::new(), idle);
    let running = workers.startup().await.unwrap();
    hangs.send(1).await.unwrap();
    fails.send(FAIL).await.unwrap();
    restarting(&hangs).await;
    let asked = Instant::now();
    let exit = running.shutdown().await;
    assert!(asked.elapsed() < secs(3), "{:?}", asked.elapsed());
    assert_eq!(counts(&exit, "hangs"), [1, 0, 0, 0, 1]);
    assert_eq!(exit.code(), 1, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_member_that_drains_for_its_own_stop_takes_no_part_in_one_for_all() {
    let mut workers = group().restart(Restart::one_for_all());
    let fails = part(&mut workers, "fails", &Log::default());
    let slow = workers.add_with("slow", Options::new(), || sink::<u64>(secs(1)));
    let running = workers.startup().await.unwrap();
    for number in 0..3 {
        slow.send(number).await.unwrap();
    }
    let removed = async { running.remove(&slow).await.unwrap() };
    let (exit, sent) = tokio::join!(removed, fails.send(FAIL));
    sent.unwrap();
    assert_eq!(
        (exit.restarts(), exit.counts().unwrap().done),
        (0, 3),
        "{exit}"
    );
    assert_eq!(fails.status().restarts, 1);
    assert!(running.shutdown().await.is_success());
}
