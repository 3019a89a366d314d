use std::time::Duration;

use fluid::{Context, GroupHandle, OnError, Options, State, Workers, consumer, worker, workers};

use super::Snapshot;
use crate::snapshot::graph::{GraphSnapshot, WorkerNode};

#[worker(heartbeat = "100ms")]
async fn poll() -> u64 {
    1
}

/// Doubles.
#[consumer]
async fn double(number: u64) -> u64 {
    2 * number
}

#[consumer(capacity = 8)]
async fn store(_number: u64) {}

workers! {
    /// A group in a group.
    struct Inner {
        poll: Poll,
        double: Double,
        store: Store,
    }

    poll => double -> store;
}

workers! {
    /// Holds another one.
    struct Outer {
        inner: Inner = Inner::new(),
        poll: Poll,
        pub store: Store,
        other: Store,
    }

    poll => (store, other);
}

async fn two_samples(group: &GroupHandle, graph: Option<&fluid::graph::Graph>) -> Snapshot {
    let before = Snapshot::after(None, group, graph);
    assert!(before.workers.iter().all(|worker| worker.rates.is_none()));
    tokio::time::sleep(Duration::from_secs(10)).await;
    Snapshot::after(Some(&before), group, graph)
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_has_the_members_of_nested_groups_and_their_rates() {
    let group = Outer::new().startup().await.unwrap();
    let snapshot = two_samples(&group, Some(&Outer::GRAPH)).await;
    let paths: Vec<_> = snapshot.workers.iter().map(|it| &*it.path).collect();
    let expected = [
        "inner",
        "inner/poll",
        "inner/double",
        "inner/store",
        "poll",
        "store",
        "other",
    ];
    assert_eq!(paths, expected);
    for path in ["inner/poll", "inner/double", "inner/store", "poll", "store"] {
        let rate = snapshot.worker(path).unwrap().throughput().unwrap();
        assert!((9.0..=11.0).contains(&rate), "{path}: {rate}");
    }
    let edges = snapshot.edges.iter();
    let edges: Vec<_> = edges
        .map(|it| {
            (
                &*it.from,
                it.to.as_deref().unwrap(),
                it.kind,
                it.rate.map(f64::round),
            )
        })
        .collect();
    let expected = [
        ("poll", "store", "queued", None),
        ("poll", "other", "queued", Some(10.0)),
        ("inner/poll", "inner/double", "queued", Some(10.0)),
        ("inner/double", "inner/store", "fused", Some(10.0)),
    ];
    assert_eq!(edges, expected);
    assert!(group.shutdown().await.is_success());
}

#[test]
fn a_rate_of_an_edge_is_unknown_if_the_counts_do_not_tell() {
    workers! {
        struct Joined {
            first: Poll,
            second: Poll,
            store: Store,
            other: Store,
        }

        first => (store, other);
        second => store;
    }
    let group = Joined::new();
    let before = Snapshot::after(None, &group, Some(&Joined::GRAPH));
    std::thread::yield_now();
    let snapshot = Snapshot::after(Some(&before), &group, Some(&Joined::GRAPH));
    let known: Vec<_> = snapshot.edges.iter().map(|it| it.rate.is_some()).collect();
    // `store` has two feeders and `first` two edges. `second` has one edge.
    assert_eq!(known, [false, true, true]);
}

#[test]
fn the_declared_graph_is_data_with_paths() {
    let graph = GraphSnapshot::of(&Outer::GRAPH);
    assert_eq!(graph.docs, "Holds another one.");
    let node = |path: &str| graph.workers.iter().find(|it| it.path == path).unwrap();
    assert!(node("inner").is_group);
    let WorkerNode {
        docs,
        message,
        output,
        public,
        ..
    } = node("inner/double");
    let expected = ("Doubles.", &Some("u64"), &Some("u64"), &false);
    assert_eq!((docs.as_str(), message, output, public), expected);
    assert!(node("store").public);
    assert_eq!(graph.edges.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_of_a_stop_names_the_workers_it_waits_for() {
    #[worker]
    async fn linger(ctx: &Context) {
        ctx.stopping().await;
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    let mut workers = Workers::new("group").grace(Duration::from_secs(8));
    workers.add(Linger);
    workers.add(Poll);
    let group = workers.startup().await.unwrap();
    assert!(Snapshot::of(&group).drain.is_none());
    group.gracefully_stop();
    group.wait_for(State::Stopping).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let drain = Snapshot::of(&group).drain.unwrap();
    assert_eq!(
        (drain.waiting_for, drain.grace_left),
        (vec!["linger".to_owned()], Some(6.0))
    );
    assert!(group.wait_for_shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_as_json_has_counts_states_and_the_last_error() {
    #[consumer]
    async fn fail(_number: u64) -> Result<(), std::io::Error> {
        Err(std::io::Error::other("no room"))
    }
    let mut workers = Workers::new("group");
    let options = Options::new().on_error(OnError::Skip).capacity(usize::MAX);
    let fail = workers.add_with("fail", options, || Fail).handle();
    let group = workers.startup().await.unwrap();
    fail.send(1).await.unwrap();
    while fail.status().counts.unwrap().failed < 1 {
        tokio::task::yield_now().await;
    }
    let json = serde_json::to_value(Snapshot::of(&group)).unwrap();
    let worker = &json["workers"][0];
    assert_eq!(json["state"], "running");
    assert_eq!(worker["kind"], "consumer");
    assert_eq!(worker["counts"]["failed"], 1);
    assert_eq!(worker["capacity"], serde_json::Value::Null, "no bound");
    let error = worker["last_error"].as_str().unwrap();
    assert!(error.contains("no room"), "{error}");
    // The failed message is lost.
    assert_eq!(group.shutdown().await.code(), 2);
}
