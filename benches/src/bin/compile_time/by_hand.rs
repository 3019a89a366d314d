//! The program written with tokio alone, with care: traits for the three kinds of workers, one function that spawns and
//! counts, and a stop that begins at the sources.

use crate::text::{RUN, TICK, for_each_chain, with_factors};

pub fn source(edit: usize) -> String {
    let [sources, sinks] = [SOURCE, SINK].map(for_each_chain);
    let stages =
        ["First", "Second", "Third"].map(|kind| for_each_chain(&STAGE.replace("{kind}", kind)));
    let stages = with_factors(&stages.concat(), edit);
    let [to, from] = [SINKS, CHAIN].map(for_each_chain);
    let main = MAIN.replace("{run}", RUN);
    let main = main.replace("{sinks}", &to).replace("{chains}", &from);
    format!("{HEAD}{TICK}{KINDS}{PIPELINE}{sources}{stages}{sinks}{main}")
}

const HEAD: &str = "\
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{self, JoinSet};
use tokio::time::{MissedTickBehavior, interval};
";

const KINDS: &str = r#"
trait Source: Send + 'static {
    fn beat(&mut self) -> impl Future<Output = Tick> + Send;
}

trait Stage: Send + 'static {
    fn call(&mut self, tick: Tick) -> impl Future<Output = Tick> + Send;
}

trait Sink: Send + 'static {
    fn put(&mut self, tick: Tick) -> impl Future<Output = ()> + Send;
}
"#;

const PIPELINE: &str = r#"
#[derive(Default)]
struct Counts {
    received: AtomicU64,
    emitted: AtomicU64,
    lost: AtomicU64,
}

/// The tasks, by name, and what they have done.
struct Pipeline {
    tasks: JoinSet<()>,
    names: HashMap<task::Id, &'static str>,
    counts: Vec<(&'static str, Arc<Counts>)>,
    stop: watch::Sender<bool>,
}

/// Gives a tick to each of the next workers, and waits for room in their queues.
async fn emit(tick: Tick, outs: &[mpsc::Sender<Tick>], counts: &Counts) {
    counts.emitted.fetch_add(1, Ordering::Relaxed);
    for out in outs {
        if out.send(tick.clone()).await.is_err() {
            counts.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Pipeline {
    fn new() -> Self {
        let (stop, _) = watch::channel(false);
        Self { tasks: JoinSet::new(), names: HashMap::new(), counts: Vec::new(), stop }
    }

    fn spawn(&mut self, name: &'static str, run: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(run);
        self.names.insert(task.id(), name);
    }

    fn count(&mut self, name: &'static str) -> Arc<Counts> {
        let counts = Arc::new(Counts::default());
        self.counts.push((name, Arc::clone(&counts)));
        counts
    }

    fn source(&mut self, name: &'static str, mut source: impl Source, outs: Vec<mpsc::Sender<Tick>>) {
        let counts = self.count(name);
        let mut stop = self.stop.subscribe();
        self.spawn(name, async move {
            let mut beats = interval(Duration::from_millis(10));
            beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    biased;
                    _ = stop.wait_for(|stop| *stop) => break,
                    _ = beats.tick() => {}
                }
                let tick = source.beat().await;
                emit(tick, &outs, &counts).await;
            }
        });
    }

    fn stage(
        &mut self,
        name: &'static str,
        mut stage: impl Stage,
        outs: Vec<mpsc::Sender<Tick>>,
    ) -> mpsc::Sender<Tick> {
        let counts = self.count(name);
        let (sender, mut ticks) = mpsc::channel(64);
        self.spawn(name, async move {
            // It ends when all senders are gone, and what they sent is done.
            while let Some(tick) = ticks.recv().await {
                counts.received.fetch_add(1, Ordering::Relaxed);
                let tick = stage.call(tick).await;
                emit(tick, &outs, &counts).await;
            }
        });
        sender
    }

    fn sink(&mut self, name: &'static str, mut sink: impl Sink) -> mpsc::Sender<Tick> {
        let counts = self.count(name);
        let (sender, mut ticks) = mpsc::channel(64);
        self.spawn(name, async move {
            while let Some(tick) = ticks.recv().await {
                counts.received.fetch_add(1, Ordering::Relaxed);
                sink.put(tick).await;
            }
        });
        sender
    }

    /// Stops the sources, waits for all others, and says what became of them.
    async fn shutdown(mut self) {
        self.stop.send_replace(true);
        while let Some(ended) = self.tasks.join_next_with_id().await {
            if let Err(error) = ended {
                let name = self.names.get(&error.id()).unwrap_or(&"?");
                eprintln!("{name}: {error}");
            }
        }
        for (name, counts) in &self.counts {
            let [received, emitted, lost] = [&counts.received, &counts.emitted, &counts.lost]
                .map(|count| count.load(Ordering::Relaxed));
            println!("{name}: {received} received, {emitted} emitted, {lost} lost");
        }
    }
}
"#;

const SOURCE: &str = r#"
struct Source{n} {
    value: u64,
    store: Arc<Store>,
}

impl Source for Source{n} {
    async fn beat(&mut self) -> Tick {
        self.value += 1;
        self.store.emitted.fetch_add(1, Ordering::Relaxed);
        Tick { source: {n}, value: self.value }
    }
}
"#;

const STAGE: &str = r#"
struct {kind}{n} {
    total: u64,
}

impl Stage for {kind}{n} {
    async fn call(&mut self, tick: Tick) -> Tick {
        self.total += tick.value % 1_000;
        let value = tick.value.wrapping_mul({factor}) / 2 + self.total % 7;
        Tick { value, ..tick }
    }
}
"#;

const SINK: &str = r#"
struct Sink{n} {
    store: Arc<Store>,
}

impl Sink for Sink{n} {
    async fn put(&mut self, tick: Tick) {
        self.store.put(&tick);
    }
}
"#;

const SINKS: &str = r#"
    let sink_{n} = pipeline.sink("sink_{n}", Sink{n} { store: Arc::clone(store) });"#;

const CHAIN: &str = r#"
    let third_{n} = pipeline.stage("third_{n}", Third{n} { total: 0 }, vec![sink_{n}.clone()]);
    let second_{n} = pipeline.stage("second_{n}", Second{n} { total: 0 }, vec![third_{n}, sink_{m}.clone()]);
    let first_{n} = pipeline.stage("first_{n}", First{n} { total: 0 }, vec![second_{n}, sink_{n}.clone()]);
    let source_{n} = Source{n} { value: 0, store: Arc::clone(store) };
    pipeline.source("source_{n}", source_{n}, vec![first_{n}]);"#;

const MAIN: &str = r#"
fn build(store: &Arc<Store>) -> Pipeline {
    let mut pipeline = Pipeline::new();{sinks}{chains}
    pipeline
}

#[tokio::main]
async fn main() {
    let store = Arc::new(Store::default());
    let pipeline = build(&store);
    tokio::time::sleep(Duration::from_millis({run})).await;
    pipeline.shutdown().await;
    store.report();
}
"#;
