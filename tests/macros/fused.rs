//! Fused edges and edges with adapters.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fluid::{consumer, graph::EdgeKind, worker, workers};

/// Emits 0 to 9 at once, and ends.
#[worker]
async fn count() -> Vec<u64> {
    (0..10).collect()
}

#[consumer]
async fn double(n: u64) -> u64 {
    2 * n
}

#[consumer]
async fn big(n: u64, least: u64) -> Option<u64> {
    (n >= least).then_some(n)
}

#[consumer]
async fn add(n: u64, sum: &AtomicU64) {
    sum.fetch_add(n, Ordering::Relaxed);
}

#[consumer]
async fn spell(text: String, sum: &AtomicU64) {
    sum.fetch_add(text.len() as u64, Ordering::Relaxed);
}

workers! {
    struct Chain(sum: AtomicU64) {
        count: Count,
        double: Double,
        big: Big { least: 10 },
        total: Add { sum },
    }

    count -> double -> big -> total;
}

#[tokio::test]
async fn a_chain_of_fused_edges_counts_each_stage() {
    let sum = Arc::new(AtomicU64::new(0));
    let exit = Chain::new(Arc::clone(&sum)).run().await;
    assert_eq!(sum.load(Ordering::Relaxed), 10 + 12 + 14 + 16 + 18);
    let done = |name: &str| exit.worker(name).unwrap().counts().unwrap().done;
    assert_eq!([done("double"), done("big"), done("total")], [10, 10, 5]);
    assert_eq!(exit.code(), 0, "{exit}");
    let kinds: Vec<_> = Chain::GRAPH.edges.iter().map(|edge| edge.kind).collect();
    assert_eq!(kinds, [EdgeKind::Fused; 3]);
}

fn words(n: u64) -> Vec<String> {
    vec!["word".to_owned(); n as usize]
}

workers! {
    struct Adapted(sum: AtomicU64, prefix: String) {
        count: Count,
        spell: Spell { sum },
        also: Spell { sum },
    }

    count => spell with |n| format!("{prefix}{n}");
    count => also with words;
}

#[tokio::test]
async fn an_edge_adapts_with_a_path_or_a_closure_that_knows_the_resources() {
    let sum = Arc::new(AtomicU64::new(0));
    let exit = Adapted::new(Arc::clone(&sum), ">>".to_owned()).run().await;
    assert_eq!(sum.load(Ordering::Relaxed), 10 * 3 + 45 * 4);
    assert_eq!(exit.worker("also").unwrap().counts().unwrap().done, 45);
    let adapters: Vec<_> = Adapted::GRAPH
        .edges
        .iter()
        .map(|edge| edge.adapter)
        .collect();
    assert_eq!(
        adapters,
        [Some("|n| format!(\"{prefix}{n}\")"), Some("words")]
    );
}

#[consumer]
async fn halve(n: u64, odd: &fluid::Output<u64>) -> u64 {
    if n % 2 == 1 {
        let _ = odd.send(n).await;
    }
    n / 2
}

workers! {
    struct Mixed<T: Send + Sync + 'static>(sum: AtomicU64, odd: AtomicU64) {
        count: Count,
        halve: Halve,
        pub spell: Spell { sum },
        pub nothing: Nothing<T> { nothing: std::marker::PhantomData },
        odds: Spell { sum: odd },
    }

    count -> halve;
    halve => spell with |n| -> Option<String> { (n > 3).then(|| n.to_string()) };
    halve.odd => odds with |n: u64| n.to_string();
}

/// A worker of a generic group.
#[consumer]
async fn nothing<T: Send + Sync + 'static>(_message: (), nothing: std::marker::PhantomData<T>) {
    let _ = nothing;
}

#[tokio::test]
async fn fused_and_queued_edges_and_adapters_of_ports_stand_side_by_side() {
    let (sum, odd) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let exit = Mixed::<u8>::new(Arc::clone(&sum), Arc::clone(&odd))
        .run()
        .await;
    assert_eq!(sum.load(Ordering::Relaxed), 2);
    assert_eq!(odd.load(Ordering::Relaxed), 5);
    assert_eq!(exit.worker("halve").unwrap().counts().unwrap().done, 10);
}
