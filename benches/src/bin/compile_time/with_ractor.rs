//! The program written with actors of ractor.

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

use ractor::{Actor, ActorProcessingErr, ActorRef, SpawnErr};
";

const COMMON: &str = r#"
struct Beat;

/// What a source has.
struct Origin {
    value: u64,
    store: Arc<Store>,
    outs: Vec<ActorRef<Tick>>,
}

/// What a stage has.
struct Work {
    total: u64,
    outs: Vec<ActorRef<Tick>>,
}

/// Gives a tick to each of the next actors.
fn emit(tick: &Tick, outs: &[ActorRef<Tick>]) -> Result<(), ActorProcessingErr> {
    for out in outs {
        out.cast(tick.clone())?;
    }
    Ok(())
}

async fn spawn<A: Actor>(
    name: &str,
    actor: A,
    arguments: A::Arguments,
) -> Result<ActorRef<A::Msg>, SpawnErr> {
    let (actor, _) = Actor::spawn(Some(name.to_owned()), actor, arguments).await?;
    Ok(actor)
}

/// Lets an actor do what it was sent, and waits for its end.
async fn stop<M: ractor::Message>(actor: &ActorRef<M>) {
    if let Err(error) = actor.drain_and_wait(None).await {
        eprintln!("{error}");
    }
}
"#;

const SOURCE: &str = r#"
struct Source{n};

impl Actor for Source{n} {
    type Msg = Beat;
    type State = Origin;
    type Arguments = Origin;

    async fn pre_start(&self, myself: ActorRef<Beat>, origin: Origin) -> Result<Origin, ActorProcessingErr> {
        myself.send_interval(Duration::from_millis(10), || Beat);
        Ok(origin)
    }

    async fn handle(&self, _: ActorRef<Beat>, _: Beat, origin: &mut Origin) -> Result<(), ActorProcessingErr> {
        origin.value += 1;
        origin.store.emitted.fetch_add(1, Ordering::Relaxed);
        emit(&Tick { source: {n}, value: origin.value }, &origin.outs)
    }
}
"#;

const STAGE: &str = r#"
struct {kind}{n};

impl Actor for {kind}{n} {
    type Msg = Tick;
    type State = Work;
    type Arguments = Work;

    async fn pre_start(&self, _: ActorRef<Tick>, work: Work) -> Result<Work, ActorProcessingErr> {
        Ok(work)
    }

    async fn handle(&self, _: ActorRef<Tick>, tick: Tick, work: &mut Work) -> Result<(), ActorProcessingErr> {
        work.total += tick.value % 1_000;
        let value = tick.value.wrapping_mul({factor}) / 2 + work.total % 7;
        emit(&Tick { value, ..tick }, &work.outs)
    }
}
"#;

const SINK: &str = r#"
struct Sink{n};

impl Actor for Sink{n} {
    type Msg = Tick;
    type State = Arc<Store>;
    type Arguments = Arc<Store>;

    async fn pre_start(&self, _: ActorRef<Tick>, store: Arc<Store>) -> Result<Arc<Store>, ActorProcessingErr> {
        Ok(store)
    }

    async fn handle(&self, _: ActorRef<Tick>, tick: Tick, store: &mut Arc<Store>) -> Result<(), ActorProcessingErr> {
        store.put(&tick);
        Ok(())
    }
}
"#;

const SINKS: &str = r#"
    let sink_{n} = spawn("sink_{n}", Sink{n}, Arc::clone(&store)).await?;"#;

const CHAIN: &str = r#"
    let outs = vec![sink_{n}.clone()];
    let third_{n} = spawn("third_{n}", Third{n}, Work { total: 0, outs }).await?;
    let outs = vec![third_{n}.clone(), sink_{m}.clone()];
    let second_{n} = spawn("second_{n}", Second{n}, Work { total: 0, outs }).await?;
    let outs = vec![second_{n}.clone(), sink_{n}.clone()];
    let first_{n} = spawn("first_{n}", First{n}, Work { total: 0, outs }).await?;
    let (store_{n}, outs) = (Arc::clone(&store), vec![first_{n}.clone()]);
    let source_{n} = spawn("source_{n}", Source{n}, Origin { value: 0, store: store_{n}, outs }).await?;"#;

const STOP: &str = r#"
    stop(&{kind}_{n}).await;"#;

const MAIN: &str = r#"
#[tokio::main]
async fn main() -> Result<(), SpawnErr> {
    let store = Arc::new(Store::default());{sinks}{chains}
    tokio::time::sleep(Duration::from_millis({run})).await;{stops}
    store.report();
    Ok(())
}
"#;
