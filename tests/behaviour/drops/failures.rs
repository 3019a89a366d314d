//! Errors and payloads of panics that panic when they are printed or dropped.

use std::fmt;
use std::panic::panic_any;

use fluid::by_hand::{Io, Nothing};
use fluid::{
    Context, Dispatcher, Error, Exit, Failed, OnError, OnLost, Options, Restart, Worker, Workers,
};

use super::{Bomb, Bombs};
use crate::support::{Body, body, boxed, counts, group, ms, put, put_with, secs};

/// What an error does when it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    Is,
    Panics,
    Fails,
}

/// An error whose `drop` panics.
struct Nasty {
    _bomb: Bomb,
    text: Text,
}

impl fmt::Display for Nasty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text {
            Text::Is => f.write_str("nasty"),
            Text::Panics => panic!("no text"),
            Text::Fails => Err(fmt::Error),
        }
    }
}

impl fmt::Debug for Nasty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Nasty {}

/// How a run fails.
#[derive(Clone, Copy, Debug)]
enum Failure {
    Error(Text),
    /// A panic whose payload panics when it is dropped.
    Panic,
}

const FAILURES: [Failure; 4] = [
    Failure::Error(Text::Is),
    Failure::Error(Text::Panics),
    Failure::Error(Text::Fails),
    Failure::Panic,
];

impl Failure {
    fn strike(self, bombs: &Bombs) -> Result<(), Error> {
        let _bomb = bombs.one();
        match self {
            Self::Error(text) => Err(Nasty { _bomb, text }.into()),
            Self::Panic => panic_any(_bomb),
        }
    }
}

/// A worker that fails each second.
fn fails(bombs: Bombs, failure: Failure) -> Body<Nothing, Nothing> {
    body(move |ctx, _| {
        let bombs = bombs.clone();
        Box::pin(async move {
            ctx.sleep(secs(1)).await;
            if ctx.is_running() {
                failure.strike(&bombs)?;
            }
            Ok(())
        })
    })
}

/// Runs a group with a worker that fails after each second and a worker that is idle, and stops it. Returns how often
/// the two were restarted, and the exit.
async fn restarted(workers: Workers, options: Options, failure: Failure) -> ([u64; 2], Exit) {
    let bombs = Bombs::default();
    let mut workers = workers;
    let made = bombs.clone();
    workers.add_with("fails", options, move || fails(made.clone(), failure));
    workers.add_with("idle", Options::new(), crate::support::idle);
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(secs(10)).await;
    running.gracefully_stop();
    let ended = tokio::time::timeout(secs(60), running.wait_for_shutdown());
    let exit = ended.await.expect("it ends");
    assert!(!exit.is_forced(), "{failure:?}: {exit}");
    drop(running);
    let restarts = ["fails", "idle"].map(|name| exit.worker(name).unwrap().restarts());
    // An exit keeps errors, and can be printed.
    assert!(exit.to_string().contains("fails"), "{exit:?}");
    let kept = Error::clone(exit.worker("fails").unwrap().last_error().unwrap());
    assert!(!format!("{kept} {kept:#} {kept:?}").is_empty());
    let exit_of_all = exit.clone();
    drop((exit, kept));
    (restarts, exit_of_all)
}

#[tokio::test(start_paused = true)]
async fn a_worker_is_restarted_after_an_error_whose_drop_or_display_panics() {
    for failure in FAILURES {
        let options = Options::new().on_error(OnError::Restart);
        let (restarts, exit) = restarted(group(), options, failure).await;
        assert!(restarts[0] >= 3, "{failure:?}: {exit}");
        assert_eq!((restarts[1], exit.code()), (0, 0), "{failure:?}: {exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_is_restarted_after_an_error_whose_drop_or_display_panics() {
    for failure in FAILURES {
        let strategy = Restart::one_for_all().max_restarts(100);
        let (restarts, exit) = restarted(group().restart(strategy), Options::new(), failure).await;
        assert!(restarts[0] >= 3, "{failure:?}: {exit}");
        assert_eq!(restarts[0], restarts[1], "{failure:?}: {exit}");
        assert_eq!(exit.code(), 0, "{failure:?}: {exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_whose_drop_or_display_panics_ends_the_group_when_no_restart_is_left() {
    for failure in FAILURES {
        let strategy = Restart::one_for_all().max_restarts(2);
        let (restarts, exit) = restarted(group().restart(strategy), Options::new(), failure).await;
        assert_eq!((restarts, exit.code()), ([2, 2], 2), "{failure:?}: {exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_whose_drop_or_display_panics_ends_a_group_that_restarts_nothing() {
    for failure in FAILURES {
        let bombs = Bombs::default();
        let mut workers = group();
        put(&mut workers, "fails", fails(bombs.clone(), failure));
        let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
        assert_eq!(exit.code(), 2, "{failure:?}: {exit}");
        drop(exit);
        bombs.all_dropped();
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_error_panics_when_it_is_dropped_is_skipped_or_tried_again() {
    for failure in FAILURES {
        for retry in [0, 2] {
            let bombs = Bombs::default();
            let mut workers = group();
            let options = Options::new().on_error(OnError::Skip).retry(retry);
            let options = options.on_lost(OnLost::Ignore);
            let strikes = bombs.clone();
            let calls = boxed::<u64, Nothing>(move |_| {
                let strikes = strikes.clone();
                Box::pin(async move { failure.strike(&strikes).map(|()| None) })
            });
            let seat = put_with(&mut workers, "calls", options, calls);
            fluid::rule::CanBeTriedAgain::keep_copies(fluid::rule::RULE, &seat);
            for number in 0..3 {
                seat.send(number).await.unwrap();
            }
            let exit = workers.startup().await.unwrap().shutdown().await;
            assert_eq!(counts(&exit, "calls"), [3, 0, 3, 0, 0], "{failure:?}");
            assert_eq!(exit.code(), 0, "{failure:?}: {exit}");
            drop((exit, seat));
            bombs.all_dropped();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_error_panics_when_it_is_dropped_leaves_by_the_port_failed() {
    for failure in FAILURES {
        let bombs = Bombs::default();
        let mut workers = group();
        let strikes = bombs.clone();
        let calls = boxed::<u64, Nothing>(move |_| {
            let strikes = strikes.clone();
            Box::pin(async move { failure.strike(&strikes).map(|()| None) })
        });
        let seat = put(&mut workers, "calls", calls);
        let buries = boxed::<Failed<u64>, Nothing>(|failed| {
            Box::pin(async move {
                assert!(failed.to_string().starts_with("7 failed"));
                Ok(None)
            })
        });
        let buries = put(&mut workers, "buries", buries);
        workers.connect(seat.failed(), &buries);
        seat.send(7).await.unwrap();
        let exit = workers.startup().await.unwrap().shutdown().await;
        assert_eq!(counts(&exit, "buries"), [1, 1, 0, 0, 0], "{failure:?}");
        assert_eq!(exit.code(), 0, "{failure:?}: {exit}");
        drop((exit, seat, buries));
        bombs.all_dropped();
    }
}

/// A worker whose hooks fail.
struct Hooks {
    bombs: Bombs,
    failure: Failure,
    at_startup: bool,
}

impl Worker for Hooks {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        if self.at_startup {
            self.failure.strike(&self.bombs)?;
        }
        Ok(())
    }

    async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        ctx.stopping().await;
        Ok(())
    }

    async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
        self.failure.strike(&self.bombs)
    }

    async fn after_shutdown(&mut self, _: &Exit) {
        let _ = self.failure.strike(&self.bombs).map_err(std::mem::forget);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hook_of_a_worker_fails_with_an_error_whose_drop_or_display_panics() {
    for failure in FAILURES {
        for at_startup in [false, true] {
            let mut workers = group();
            let bombs = Bombs::default();
            workers.add(Hooks {
                bombs,
                failure,
                at_startup,
            });
            let exit = match workers.startup().await {
                Ok(running) => running.shutdown().await,
                Err(exit) => exit,
            };
            assert_eq!(exit.code(), 2, "{failure:?}: {exit}");
            assert!(!exit.is_forced(), "{failure:?}: {exit}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_of_a_dispatcher_fails_with_an_error_whose_drop_or_display_panics() {
    for failure in FAILURES {
        let bombs = Bombs::default();
        let dispatcher = Dispatcher::new(|_: &Bomb| 0);
        for tag in ["one", "two"] {
            let (held, strikes) = (bombs.one(), bombs.clone());
            dispatcher.register(0, tag, move |message| {
                let (_, strikes) = (&held, strikes.clone());
                async move {
                    tokio::time::sleep(ms(1)).await;
                    // The last drop of the message would panic.
                    std::mem::forget(message);
                    failure.strike(&strikes)
                }
            });
        }
        let message = bombs.one();
        let failed = dispatcher.dispatch(message).await.unwrap_err();
        assert_eq!(failed.failures.len(), 2, "{failure:?}");
        assert!(failed.to_string().starts_with("2 of 2"), "{failure:?}");
        let waits = tokio::time::timeout(ms(0), dispatcher.dispatch(bombs.one()));
        assert!(waits.await.is_err());
        drop((failed, dispatcher));
    }
}
