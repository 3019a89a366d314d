//! Workers, their runs, and the functions that build them.

use std::future::pending;

use fluid::by_hand::{Io, Nothing};
use fluid::edge::PortOutput;
use fluid::{Context, Error, Options, Restart, Worker};

use super::{Bomb, Bombs};
use crate::support::{Body, assert_conserved, beats, body, boxed, group, ms, put, secs};

/// Holds values in its state and in its `run`, and does not end.
struct Holds {
    state: Bomb,
    fails_to_start: bool,
}

impl Worker for Holds {
    type Message = Bomb;
    type Output = Nothing;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        if self.fails_to_start {
            return Err("no start".into());
        }
        Ok(())
    }

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        let _holds = self.state.clone();
        let _message = io.queue.next().await.map(Bomb::defuse);
        pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn the_state_and_the_run_of_a_worker_are_dropped_one_at_a_time_at_a_forced_end() {
    for lanes in [1, 3] {
        let bombs = Bombs::default();
        let mut workers = group();
        let build = {
            let (bombs, held) = (bombs.clone(), bombs.one());
            move || {
                let _ = &held;
                Holds {
                    state: bombs.one(),
                    fails_to_start: false,
                }
            }
        };
        let options = Options::new().concurrency(lanes);
        let seat = workers.add_with("holds", options, build);
        for _ in 0..6 {
            seat.send(bombs.one()).await.unwrap();
        }
        let running = workers.startup().await.unwrap();
        tokio::time::sleep(ms(1)).await;
        let exit = running.shutdown().await;
        assert!(exit.is_forced(), "{exit}");
        assert_conserved(&exit);
        bombs.all_dropped();
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_fails_to_start_and_its_messages_are_dropped_one_at_a_time() {
    let bombs = Bombs::default();
    let mut workers = group();
    let state = bombs.one();
    let seat = workers.add(Holds {
        state,
        fails_to_start: true,
    });
    for _ in 0..3 {
        seat.send(bombs.one()).await.unwrap();
    }
    let exit = workers.startup().await.unwrap_err();
    assert_eq!(exit.code(), 2, "{exit}");
    assert!(exit.to_string().contains("no start"), "{exit}");
    assert_conserved(&exit);
    bombs.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn workers_that_are_never_started_are_dropped_one_at_a_time() {
    let bombs = Bombs::default();
    let mut workers = group();
    for _ in 0..2 {
        let state = bombs.one();
        workers.add(Holds {
            state,
            fails_to_start: false,
        });
        let (bombs, held) = (bombs.clone(), bombs.one());
        let build = move || {
            let _ = &held;
            Holds {
                state: bombs.one(),
                fails_to_start: false,
            }
        };
        workers.add_with("anew", Options::new().concurrency(2), build);
    }
    drop(workers);
    bombs.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn the_workers_of_a_fused_chain_are_dropped_one_at_a_time_at_a_forced_end() {
    let bombs = Bombs::default();
    let mut workers = group();
    let (held, made) = (bombs.one(), bombs.clone());
    let source = beats(move || {
        let _ = &held;
        let made = made.one();
        async move { Ok(vec![made]) }
    });
    let held = bombs.one();
    let deaf = boxed(move |bomb: Bomb| {
        let _ = &held;
        Box::pin(async move {
            pending::<()>().await;
            bomb.defuse();
            Ok(None::<Nothing>)
        })
    });
    let source = put(&mut workers, "source", source);
    let deaf = put(&mut workers, "deaf", deaf);
    let chain = workers.fuse(&source, &deaf, PortOutput);
    workers.lead(&source, chain);
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(ms(1)).await;
    let exit = running.shutdown().await;
    assert!(exit.is_forced(), "{exit}");
    assert_conserved(&exit);
    bombs.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_drop_of_a_run_that_is_aborted_for_a_restart_does_not_prevent_the_restart() {
    let bombs = Bombs::default();
    let mut workers = group().restart(Restart::one_for_all());
    let made = bombs.clone();
    let mut runs = 0;
    let hangs = move || {
        runs += 1;
        let held = (runs == 1).then(|| made.one());
        hangs_with(held)
    };
    workers.add_with("hangs", Options::new(), hangs);
    let mut runs = 0;
    let fails = move || {
        runs += 1;
        fails_if(runs == 1)
    };
    workers.add_with("fails", Options::new(), fails);
    let running = workers.startup().await.unwrap();
    // The incarnation that hangs is aborted after ten seconds.
    tokio::time::sleep(secs(20)).await;
    let exit = running.shutdown().await;
    assert_eq!(exit.code(), 0, "{exit}");
    assert_eq!(exit.worker("hangs").unwrap().restarts(), 1, "{exit}");
    bombs.all_dropped();
}

/// Does not end if it holds a value.
fn hangs_with(held: Option<Bomb>) -> Body<Nothing, Nothing> {
    let mut held = held;
    body(move |ctx, _| {
        let held = held.take();
        Box::pin(async move {
            if let Some(held) = held {
                pending::<()>().await;
                held.defuse();
            }
            ctx.stopping().await;
            Ok(())
        })
    })
}

fn fails_if(fails: bool) -> Body<Nothing, Nothing> {
    body(move |ctx, _| {
        Box::pin(async move {
            ctx.sleep(ms(1)).await;
            if fails {
                return Err("no".into());
            }
            ctx.stopping().await;
            Ok(())
        })
    })
}
