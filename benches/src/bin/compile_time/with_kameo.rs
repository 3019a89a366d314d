//! The program written with actors of kameo.

use crate::text::{RUN, TICK, for_each_chain, with_factors};

pub fn source(edit: usize) -> String {
    let [sources, sinks] = [SOURCE, SINK].map(for_each_chain);
    let stages =
        ["First", "Second", "Third"].map(|kind| for_each_chain(&STAGE.replace("{kind}", kind)));
    let stages = with_factors(&stages.concat(), edit);
    let stops = ["source", "first", "second", "third", "sink"]
        .map(|kind| for_each_chain(&STOP.replace("{kind}", kind)))
        .concat();
    let [to, from] = [SINKS, CHAIN].map(for_each_chain);
    let main = MAIN.replace("{run}", RUN).replace("{stops}", &stops);
    let main = main.replace("{sinks}", &to).replace("{chains}", &from);
    format!("{HEAD}{TICK}{COMMON}{sources}{stages}{sinks}{main}")
}

const HEAD: &str = "\
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kameo::Actor;
use kameo::actor::{ActorRef, Recipient, Spawn};
use kameo::message::{Context, Message};
use tokio::time::{MissedTickBehavior, interval};
";

const COMMON: &str = r#"
struct Beat;

/// Gives a tick to each of the next actors, and waits for room in their mailboxes.
async fn emit(tick: Tick, outs: &[Recipient<Tick>]) {
    for out in outs {
        if let Err(error) = out.tell(tick.clone()).await {
            eprintln!("lost: {error}");
        }
    }
}

/// Has a source beat until it is stopped.
fn beat<A: Message<Beat>>(source: ActorRef<A>) {
    tokio::spawn(async move {
        let mut beats = interval(Duration::from_millis(10));
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            if source.tell(Beat).await.is_err() {
                break;
            }
        }
    });
}

/// Lets an actor do what it was sent, and waits for its end.
async fn stop<A: Actor>(actor: &ActorRef<A>) {
    if actor.stop_gracefully().await.is_ok() {
        actor.wait_for_shutdown().await;
    }
}
"#;

const SOURCE: &str = r#"
#[derive(Actor)]
struct Source{n} {
    value: u64,
    store: Arc<Store>,
    outs: Vec<Recipient<Tick>>,
}

impl Message<Beat> for Source{n} {
    type Reply = ();

    async fn handle(&mut self, _: Beat, _: &mut Context<Self, Self::Reply>) {
        self.value += 1;
        self.store.emitted.fetch_add(1, Ordering::Relaxed);
        emit(Tick { source: {n}, value: self.value }, &self.outs).await;
    }
}
"#;

const STAGE: &str = r#"
#[derive(Actor)]
struct {kind}{n} {
    total: u64,
    outs: Vec<Recipient<Tick>>,
}

impl Message<Tick> for {kind}{n} {
    type Reply = ();

    async fn handle(&mut self, tick: Tick, _: &mut Context<Self, Self::Reply>) {
        self.total += tick.value % 1_000;
        let value = tick.value.wrapping_mul({factor}) / 2 + self.total % 7;
        emit(Tick { value, ..tick }, &self.outs).await;
    }
}
"#;

const SINK: &str = r#"
#[derive(Actor)]
struct Sink{n} {
    store: Arc<Store>,
}

impl Message<Tick> for Sink{n} {
    type Reply = ();

    async fn handle(&mut self, tick: Tick, _: &mut Context<Self, Self::Reply>) {
        self.store.put(&tick);
    }
}
"#;

const SINKS: &str = r#"
    let sink_{n} = Sink{n}::spawn(Sink{n} { store: Arc::clone(&store) });"#;

const CHAIN: &str = r#"
    let third_{n} = Third{n}::spawn(Third{n} { total: 0, outs: vec![sink_{n}.clone().recipient()] });
    let outs = vec![third_{n}.clone().recipient(), sink_{m}.clone().recipient()];
    let second_{n} = Second{n}::spawn(Second{n} { total: 0, outs });
    let outs = vec![second_{n}.clone().recipient(), sink_{n}.clone().recipient()];
    let first_{n} = First{n}::spawn(First{n} { total: 0, outs });
    let outs = vec![first_{n}.clone().recipient()];
    let source_{n} = Source{n}::spawn(Source{n} { value: 0, store: Arc::clone(&store), outs });
    beat(source_{n}.clone());"#;

const STOP: &str = r#"
    stop(&{kind}_{n}).await;"#;

const MAIN: &str = r#"
#[tokio::main]
async fn main() {
    let store = Arc::new(Store::default());{sinks}{chains}
    tokio::time::sleep(Duration::from_millis({run})).await;{stops}
    store.report();
}
"#;
