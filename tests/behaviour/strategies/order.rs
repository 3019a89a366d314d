//! Which members are restarted, and in which order.

use fluid::{Options, Restart, State};
use tokio::sync::watch;
use tokio::time::Instant;

use super::{FAIL, LOSES, PANIC, Part, chain, connect, part, restarted, restarting, settled};
use crate::support::{Log, assert_conserved, counts, group, ms, secs};

#[tokio::test(start_paused = true)]
async fn one_for_one_restarts_the_member_that_failed_by_error_or_panic() {
    let log = Log::default();
    let (workers, [a, b, c]) = chain(Restart::one_for_one(), &log);
    let running = workers.startup().await.unwrap();
    b.send(FAIL).await.unwrap();
    settled(&running, 1).await;
    c.send(PANIC).await.unwrap();
    settled(&running, 2).await;
    a.send(7).await.unwrap();
    let exit = running.shutdown().await;
    let starts = ["start c", "start b", "start a"];
    let again = ["end b", "start b", "end c", "start c"];
    let end = ["end a", "end b", "end c"];
    assert_eq!(log.lines(), [&starts[..], &again, &end].concat());
    assert_eq!(exit.code(), 0, "{exit}");
    // A message sent through both of them arrives.
    assert_eq!(counts(&exit, "c"), [2, 1, 1, 0, 0]);
    let panic = exit.worker("c").unwrap().last_error().unwrap().to_string();
    assert!(
        panic.contains("c was asked to fail") && panic.contains("strategies.rs:"),
        "{panic}"
    );
}

#[tokio::test(start_paused = true)]
async fn one_for_all_ends_all_members_upstream_first_and_starts_them_sinks_first() {
    let log = Log::default();
    let (workers, [_, b, _]) = chain(Restart::one_for_all(), &log);
    let running = workers.startup().await.unwrap();
    b.send(FAIL).await.unwrap();
    settled(&running, 3).await;
    let starts = ["start c", "start b", "start a"];
    let ends = ["end b", "end a", "end c"];
    assert_eq!(log.lines(), [&starts[..], &ends, &starts].concat());
    assert!(running.shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn rest_for_one_follows_the_edges_of_a_diamond_and_no_feedback() {
    let log = Log::default();
    let mut workers = group().restart(Restart::rest_for_one());
    let [a, b, c, d, _e] = ["a", "b", "c", "d", "e"].map(|name| part(&mut workers, name, &log));
    connect(&mut workers, &a, &[&b, &c]);
    connect(&mut workers, &b, &[&d]);
    connect(&mut workers, &c, &[&d]);
    workers.feedback(&d, &a);
    let running = workers.startup().await.unwrap();
    let since = |from: usize| log.lines().split_off(from);

    let from = log.lines().len();
    b.send(FAIL).await.unwrap();
    settled(&running, 2).await;
    assert_eq!(since(from), ["end b", "end d", "start d", "start b"]);

    let from = log.lines().len();
    d.send(FAIL).await.unwrap();
    settled(&running, 3).await;
    assert_eq!(since(from), ["end d", "start d"]);

    let from = log.lines().len();
    a.send(FAIL).await.unwrap();
    settled(&running, 7).await;
    let lines = since(from);
    assert_eq!(
        (&*lines[0], &*lines[3], &*lines[4], &*lines[7]),
        ("end a", "end d", "start d", "start a")
    );
    let sorted = |of: &[String]| {
        let mut of = of.to_vec();
        of.sort();
        of
    };
    assert_eq!(sorted(&lines[1..3]), ["end b", "end c"]);
    assert_eq!(sorted(&lines[5..7]), ["start b", "start c"]);
    assert_eq!(running.status().worker("e").unwrap().restarts, 0);
    assert!(running.shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn no_member_starts_before_all_affected_members_have_ended() {
    let log = Log::default();
    let mut workers = group().restart(Restart::one_for_all().backoff(ms(1), ms(1)));
    // Members downstream take longer than members upstream, and the failing one takes longest.
    let parts = [("a", 100), ("b", 900), ("c", 300), ("alone", 600)].map(|(name, end)| {
        let log = log.clone();
        workers.add_with(name, Options::new(), move || Part {
            name,
            log: log.clone(),
            end: ms(end),
        })
    });
    connect(&mut workers, &parts[0], &[&parts[1]]);
    connect(&mut workers, &parts[1], &[&parts[2]]);
    let running = workers.startup().await.unwrap();
    for round in 1..=3 {
        let from = log.lines().len();
        parts[1].send(FAIL).await.unwrap();
        settled(&running, 4 * round).await;
        let lines = log.lines().split_off(from);
        assert!(
            lines[..4].iter().all(|line| line.starts_with("end")),
            "{lines:?}"
        );
        assert!(
            lines[4..].iter().all(|line| line.starts_with("start")),
            "{lines:?}"
        );
        assert_eq!(lines.len(), 8);
        // Each member is asked when its feeders have ended.
        let place = |line| lines.iter().position(|other| other == line);
        assert!(place("end a") < place("end c"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_failure_during_a_group_restart_joins_it() {
    let log = Log::default();
    let (workers, [a, b, c]) = chain(Restart::one_for_all().max_restarts(1), &log);
    let running = workers.startup().await.unwrap();
    // All three fail at once: the first failure causes the restart, and the others take part in it.
    for part in [&a, &b, &c] {
        part.send(FAIL).await.unwrap();
    }
    settled(&running, 3).await;
    let ends = log.lines().split_off(3);
    assert!(
        ends[..3].iter().all(|line| line.starts_with("end")),
        "{ends:?}"
    );
    let exit = running.shutdown().await;
    assert_eq!(exit.code(), 0, "{exit}");
    assert_conserved(&exit);
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_an_unaffected_member_is_a_restart_of_its_own() {
    let log = Log::default();
    let mut workers = group().restart(Restart::rest_for_one().backoff(secs(4), secs(4)));
    let [a, b, other] = ["a", "b", "other"].map(|name| part(&mut workers, name, &log));
    connect(&mut workers, &a, &[&b]);
    let running = workers.startup().await.unwrap();
    a.send(FAIL).await.unwrap();
    restarting(&b).await;
    tokio::time::sleep(secs(1)).await;
    other.send(FAIL).await.unwrap();
    settled(&running, 3).await;
    assert_eq!(
        log.lines().split_off(3),
        [
            "end a",
            "end b",
            "end other",
            "start b",
            "start other",
            "start a"
        ]
    );
    assert!(running.shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn a_restart_goes_from_running_to_restarting_to_running() {
    let log = Log::default();
    let (workers, [a, b, _]) = chain(Restart::one_for_all().backoff(secs(2), secs(2)), &log);
    let (seen, mut states) = watch::channel(Vec::new());
    let running = workers.startup().await.unwrap();
    let watched = a.worker().clone();
    tokio::spawn(async move {
        loop {
            let state = watched.state();
            seen.send_if_modified(|seen| {
                let new = seen.last() != Some(&state);
                if new {
                    seen.push(state);
                }
                new
            });
            tokio::time::sleep(ms(10)).await;
        }
    });
    let failed = Instant::now();
    b.send(FAIL).await.unwrap();
    let expected = [State::Running, State::Restarting, State::Running];
    states.wait_for(|seen| seen[..] == expected).await.unwrap();
    assert!(
        (ms(1000)..=ms(2100)).contains(&failed.elapsed()),
        "{:?}",
        failed.elapsed()
    );
    assert!(a.is_running() && running.is_running());
    assert_eq!(running.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn workers_added_to_the_running_group_are_restarted_with_it() {
    let log = Log::default();
    let workers = group().restart(Restart::one_for_all());
    let running = workers.startup().await.unwrap();
    let add = |name| {
        let log = log.clone();
        let part = move || Part {
            name,
            log: log.clone(),
            end: ms(0),
        };
        running.add_with(name, LOSES, part).unwrap()
    };
    let (first, second) = (add("first"), add("second"));
    first.send(FAIL).await.unwrap();
    settled(&running, 2).await;
    // A worker added during a restart starts after it.
    first.send(FAIL).await.unwrap();
    restarting(&second).await;
    let third = add("third");
    third.wait_for(State::Running).await;
    settled(&running, 4).await;
    assert_eq!(log.lines().last().unwrap(), "start third");
    restarted(&second, 2).await;
    assert!(running.shutdown().await.is_success());
}
