//! Reloads at each `SIGHUP`. A reload lasts until a line comes on the standard input.

use std::io::stdin;
use std::sync::atomic::{AtomicU64, Ordering};

use fluid::{Context, Exit, State, worker, workers};
use tokio::signal::unix::{SignalKind, signal};

/// Prints each signal that the process has got.
#[worker]
async fn watch(ctx: &Context) -> std::io::Result<()> {
    let mut signals = signal(SignalKind::hangup())?;
    println!("watching");
    for number in 1.. {
        tokio::select! {
            _ = signals.recv() => println!("got {number}"),
            () = ctx.stopping() => break,
        }
    }
    Ok(())
}

async fn reload(number: &AtomicU64) -> std::io::Result<()> {
    let number = number.fetch_add(1, Ordering::Relaxed) + 1;
    println!("began {number}");
    let read = tokio::task::spawn_blocking(|| stdin().read_line(&mut String::new()));
    read.await??;
    println!("ended {number}");
    Err(std::io::Error::other("a mistake in the configuration"))
}

workers! {
    struct Reloads(number: AtomicU64) {
        watch: Watch,
    }

    on_signal("SIGHUP") => reload(&number).await;
    after("0s") => {
        // All members have started then.
        group.wait_for(State::Running).await;
        println!("listening");
    };
}

fn main() -> Exit {
    Reloads::new(AtomicU64::new(0)).main()
}
