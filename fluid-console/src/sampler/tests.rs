use std::time::Duration;

use fluid::{Workers, worker};

use super::Sampler;

#[worker(heartbeat = "10ms")]
async fn beat() {}

fn group() -> Workers {
    let mut workers = Workers::new("group");
    workers.add(Beat);
    workers
}

#[tokio::test(start_paused = true)]
async fn all_readers_share_one_snapshot_for_each_period() {
    let group = group().startup().await.unwrap();
    let sampler = Sampler::start(&group, None, Duration::from_secs(1));
    let (mut first, mut second) = (sampler.subscribe(), sampler.subscribe());
    for _ in 0..3 {
        first.changed().await.unwrap();
        second.changed().await.unwrap();
        let (first, second) = (first.borrow_and_update(), second.borrow_and_update());
        assert!(std::sync::Arc::ptr_eq(&first, &second));
        assert!(std::ptr::eq(first.json(), second.json()));
    }
    assert!(group.shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_waits_too_long_gets_the_last_snapshot_only() {
    let group = group().startup().await.unwrap();
    let sampler = Sampler::start(&group, None, Duration::from_secs(1));
    let mut slow = sampler.subscribe();
    tokio::time::sleep(Duration::from_millis(5_500)).await;
    assert!(slow.has_changed().unwrap());
    let beats = slow.borrow_and_update().snapshot().workers[0].beats;
    assert!((495..=505).contains(&beats), "{beats}");
    assert!(!slow.has_changed().unwrap());
    assert!(group.shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn the_history_has_one_point_for_each_period() {
    let group = group().startup().await.unwrap();
    let sampler = Sampler::start(&group, None, Duration::from_secs(1));
    tokio::time::sleep(Duration::from_millis(5_500)).await;
    let rates: Vec<_> = sampler.history(|history| history.rates("beat").collect());
    assert_eq!(rates.len(), 5);
    assert!(
        rates.iter().all(|rate| (99.0..=101.0).contains(rate)),
        "{rates:?}"
    );
    assert!(group.shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn the_last_sample_of_a_group_that_has_ended_has_its_last_state() {
    let group = group().startup().await.unwrap();
    let sampler = Sampler::start(&group, None, Duration::from_secs(3_600));
    let mut samples = sampler.subscribe();
    assert!(group.shutdown().await.is_success());
    samples.changed().await.unwrap();
    assert!(samples.borrow().snapshot().state.is_final());
}
