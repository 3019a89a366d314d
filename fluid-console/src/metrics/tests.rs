use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fluid::{OnExit, Options, State, Workers, consumer, worker};
use prometheus_parse::{Scrape, Value};

use super::Metrics;

#[consumer(stall = "1m", capacity = 100)]
async fn store(number: u64) -> Result<(), std::fmt::Error> {
    if number.is_multiple_of(10) {
        return Err(std::fmt::Error);
    }
    Ok(())
}

#[worker(on_exit = "forget")]
async fn visit() {}

/// Takes as long to stop as the test looks at it.
#[worker]
async fn linger(ctx: &fluid::Context) {
    ctx.stopping().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
}

fn parsed(text: &str) -> Scrape {
    let lines = text.lines().map(|line| Ok(line.to_owned()));
    Scrape::parse(lines).expect("Prometheus text")
}

/// The table in the docs of the module.
fn documented() -> BTreeSet<String> {
    let rows = include_str!("../metrics.rs").lines();
    let rows = rows.filter_map(|line| line.strip_prefix("//! | `"));
    let names = rows.map(|row| row.split('`').next().expect("a name").to_owned());
    names.collect()
}

/// The values of a metric by the label `worker`.
fn of_worker(scrape: &Scrape, metric: &str, worker: &str) -> f64 {
    let sample = scrape
        .samples
        .iter()
        .find(|sample| sample.metric == metric && sample.labels.get("worker") == Some(worker));
    match sample.map(|sample| &sample.value) {
        Some(Value::Counter(value) | Value::Gauge(value)) => *value,
        other => panic!("{metric} of {worker}: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn every_metric_is_in_the_table_of_the_docs_and_is_exposed() {
    let mut workers = Workers::new("group").grace(Duration::from_secs(8));
    workers.add(Store);
    workers.add(Visit);
    workers.add(Linger);
    let group = workers.startup().await.unwrap();
    group.gracefully_stop();
    group.wait_for(State::Stopping).await;
    tokio::time::sleep(Duration::from_secs(1)).await;

    let scrape = parsed(&Metrics::new(&group).encode());
    let exposed: BTreeSet<_> = scrape.samples.iter().map(|it| it.metric.clone()).collect();
    let documented = documented();
    let undocumented: Vec<_> = exposed.difference(&documented).collect();
    assert!(
        undocumented.is_empty(),
        "not in the table: {undocumented:?}"
    );
    // The consumer of this group has ended.
    let last_sign = "fluid_worker_last_sign_seconds".to_owned();
    let missing: Vec<_> = documented.difference(&exposed).collect();
    assert_eq!(missing, [&last_sign], "not exposed");
    assert!(group.wait_for_shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn a_scrape_tells_what_happened_to_every_message() {
    let mut workers = Workers::new("group");
    let options = Options::new().on_error(fluid::OnError::Skip);
    let store = workers.add_with("store", options, || Store).handle();
    workers.add_with("visit", Options::new().on_exit(OnExit::Forget), || Visit);
    let group = workers.startup().await.unwrap();
    for number in 1..=100 {
        store.send(number).await.unwrap();
    }
    while store.status().counts.unwrap().done < 90 {
        tokio::task::yield_now().await;
    }
    let scrape = parsed(&Metrics::new(&group).encode());
    for (metric, value) in [
        ("fluid_worker_accepted_total", 100.0),
        ("fluid_worker_done_total", 90.0),
        ("fluid_worker_failed_total", 10.0),
        ("fluid_worker_queued_messages", 0.0),
        ("fluid_worker_in_hand_messages", 0.0),
        ("fluid_worker_capacity_messages", 100.0),
        ("fluid_worker_restarts_total", 0.0),
    ] {
        assert_eq!(of_worker(&scrape, metric, "store"), value, "{metric}");
    }
    let last_sign = of_worker(&scrape, "fluid_worker_last_sign_seconds", "store");
    assert!(last_sign < 60.0, "{last_sign}");
    let states = scrape
        .samples
        .iter()
        .filter(|it| it.metric == "fluid_worker_state" && it.labels.get("worker") == Some("store"));
    let states: BTreeMap<_, _> = states
        .map(|it| {
            (
                it.labels.get("state").unwrap(),
                it.value == Value::Gauge(1.0),
            )
        })
        .collect();
    let current: Vec<_> = states
        .iter()
        .filter(|(_, is_current)| **is_current)
        .collect();
    assert_eq!((states.len(), current), (6, vec![(&"running", &true)]));
    // The failed messages are lost.
    assert_eq!(group.shutdown().await.code(), 2);
}

#[test]
fn names_in_labels_are_escaped() {
    let mut workers = Workers::new("a \"group\"");
    workers.add_with("back\\slash\nand a line", Options::new(), || Store);
    let text = Metrics::new(&workers.handle()).encode();
    let expected =
        r#"fluid_worker_done_total{group="a \"group\"",worker="back\\slash\nand a line"} 0"#;
    assert!(text.contains(expected), "{text}");
    assert!(parsed(&text).samples.len() > 10);
}
