//! The lifecycle of a worker: its states and hooks, a restart after a panic, and a stop by force.
//!
//! ```text
//! cargo run --release --example lifecycle
//! ```

use std::time::Duration;

use fluid::{
    Context, Error, Exit, State, Worker, WorkerExt,
    by_hand::{Io, Nothing},
    worker, workers,
};
use tokio::time::sleep;

/// A worker written by hand, for its hooks.
struct Talker;

impl Worker for Talker {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        println!("  on_startup");
        Ok(())
    }

    async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        println!("  run");
        ctx.stopping().await;
        Ok(())
    }

    async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
        println!("  on_shutdown");
        Ok(())
    }

    async fn after_shutdown(&mut self, exit: &Exit) {
        println!("  after_shutdown: {}", exit.cause());
    }
}

/// The hooks, and the states between them.
async fn states() -> Result<(), Exit> {
    println!("one run:");
    let talker = Talker.startup().await?;
    sleep(Duration::from_millis(20)).await;
    println!("{}", talker.state());
    talker.gracefully_stop();
    let state = talker.wait_for(State::Stopped).await;
    println!("{state}");
    Ok(())
}

/// Panics at its third beat.
#[worker(heartbeat = "20ms", on_error = "restart")]
async fn stumble(beats: &mut u32, ctx: &Context) {
    *beats += 1;
    println!("  beat {beats} of run {}", ctx.restarts() + 1);
    assert!(*beats < 3, "stumbled");
}

/// Never finishes a call, and ignores the stop.
#[worker]
async fn dawdle() {
    std::future::pending::<()>().await;
}

workers! {
    struct Stumbling {
        stumble: Stumble { beats: 0 },
    }
}

workers! {
    #[workers(grace = "200ms")]
    struct Dawdling {
        dawdle: Dawdle,
    }
}

/// A worker that panics is rebuilt from its initialisers, so its state is fresh.
async fn restart() -> Result<(), Exit> {
    println!("\na restart:");
    let group = Stumbling::new().startup().await?;
    // Three beats before the restart, and one after it.
    while group.stumble().status().beats < 4 {
        sleep(Duration::from_millis(1)).await;
    }
    println!("{}", group.shutdown().await);
    Ok(())
}

/// When a scope returns, its group has ended. A worker that does not end within the grace period is ended by force.
async fn force() -> Result<(), Exit> {
    println!("\na stop by force:");
    let block = async |group: DawdlingHandle| group.dawdle().state();
    let (state, exit) = Dawdling::new().scope(block).await?;
    println!("{state} in the scope, and after it:\n{exit}");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Exit> {
    states().await?;
    restart().await?;
    force().await
}
