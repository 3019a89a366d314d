//! Restarts of fused chains: when several members are restarted, the caller of a restarted callee is one of them.

use fluid::{Restart, Slot, Workers, edge::PortOutput};

use super::{LOSES, restarted, settled};
use crate::fused::{Hooked, chain};
use crate::support::{Log, boxed, counts, group};

/// `a -> b -> c`, beside `other`.
fn parts(restart: Restart, log: &Log) -> (Workers, [Slot<Hooked>; 4]) {
    let mut workers = group().restart(restart);
    let parts = ["a", "b", "c", "other"].map(|name| {
        let log = log.clone();
        workers.add_with(name, LOSES, move || Hooked(name, log.clone()))
    });
    let [a, b, c, _] = &parts;
    chain(&mut workers, a, b, c);
    (workers, parts)
}

#[tokio::test(start_paused = true)]
async fn one_for_one_restarts_the_fused_callee_alone_while_its_caller_waits() {
    let log = Log::default();
    let mut workers = group().restart(Restart::one_for_one());
    let [a, b] = ["a", "b"].map(|name| {
        let log = log.clone();
        workers.add_with(name, LOSES, move || Hooked(name, log.clone()))
    });
    // The message at which the callee fails is done at its caller.
    let onward = workers.fuse(
        a.map(|n: u64| if n == 7 { 1000 } else { n }),
        &b,
        PortOutput,
    );
    workers.lead(&a, onward);
    let running = workers.startup().await.unwrap();
    for n in [1, 7, 2, 3] {
        a.send(n).await.unwrap();
    }
    restarted(&b, 1).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "a"), [4, 4, 0, 0, 0]);
    assert_eq!(counts(&exit, "b"), [4, 3, 1, 0, 0]);
    assert_eq!(
        log.lines(),
        [
            "b starts", "a starts", "b stops", "b starts", "a stops", "b stops"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn one_for_all_ends_and_starts_a_fused_chain_in_the_order_of_its_edges() {
    let log = Log::default();
    let (workers, [a, _, _, other]) = parts(Restart::one_for_all(), &log);
    let running = workers.startup().await.unwrap();
    a.send(1).await.unwrap();
    let from = 4;
    other.send(1000).await.unwrap();
    settled(&running, 4).await;
    let lines = log.lines().split_off(from);
    assert_eq!(lines[0], "other stops");
    let of_chain: Vec<_> = lines
        .iter()
        .filter(|line| !line.contains("other"))
        .collect();
    let expected = [
        "a stops", "b stops", "c stops", "c starts", "b starts", "a starts",
    ];
    assert_eq!(of_chain, expected);
    a.send(2).await.unwrap();
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "c"), [2, 2, 0, 0, 0]);
    assert_eq!(exit.code(), 0, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn rest_for_one_restarts_the_caller_of_an_affected_fused_callee() {
    let log = Log::default();
    let mut workers = group().restart(Restart::rest_for_one());
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| {
        let log = log.clone();
        workers.add_with(name, LOSES, move || Hooked(name, log.clone()))
    });
    // `d => a -> b -> c`, and `b` fails at a message that `a` passes on.
    let onward = workers.fuse(&b, &c, PortOutput);
    let onward = workers.fuse(a.map(|n: u64| if n == 7 { 1000 } else { n }), &b, onward);
    workers.lead(&a, onward);
    workers.connect(&d, &a);
    let running = workers.startup().await.unwrap();
    for n in [1, 7, 2] {
        d.send(n).await.unwrap();
    }
    settled(&running, 3).await;
    assert_eq!(d.status().restarts, 0);
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "a"), [3, 3, 0, 0, 0]);
    assert_eq!(counts(&exit, "b"), [3, 2, 1, 0, 0]);
    assert_eq!(counts(&exit, "c"), [2, 2, 0, 0, 0]);
    assert_eq!(exit.code(), 0, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn messages_of_a_restarted_caller_wait_for_the_restarted_callee() {
    let log = Log::default();
    let mut workers = group().restart(Restart::one_for_all());
    let many = workers.add_with("many", LOSES, || {
        let mut first = true;
        boxed(move |n: u64| {
            let again = std::mem::replace(&mut first, false);
            Box::pin(async move { Ok(again.then_some(n)) })
        })
    });
    let called = {
        let log = log.clone();
        workers.add_with("called", LOSES, move || Hooked("called", log.clone()))
    };
    // The first message becomes five; the callee fails at the second of them.
    let onward = workers.fuse(
        many.map(|_: u64| vec![1, 1000, 2, 3, 4]),
        &called,
        PortOutput,
    );
    workers.lead(&many, onward);
    let running = workers.startup().await.unwrap();
    many.send(0).await.unwrap();
    restarted(&called, 1).await;
    restarted(&many, 1).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "called"), [5, 4, 1, 0, 0]);
    assert_eq!(counts(&exit, "many"), [1, 1, 0, 0, 0]);
    assert_eq!(exit.code(), 0, "{exit}");
}
