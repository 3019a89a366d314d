//! A process whose workers do not stop, for the tests in `behaviour/stuck.rs`.

use std::time::Duration;

use fluid::{
    Context, Error, Exit, Options, Worker, Workers,
    by_hand::{Io, Nothing},
};

const FOREVER: Duration = Duration::from_secs(3600);

/// Ends only when it likes to.
enum Deaf {
    BlocksItsThread,
    NeverCompletes,
    Obeys,
}

impl Worker for Deaf {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        match self {
            Self::BlocksItsThread => std::thread::sleep(FOREVER),
            Self::NeverCompletes => std::future::pending().await,
            Self::Obeys => ctx.stopping().await,
        }
        Ok(())
    }
}

/// Cannot start.
struct Fails;

impl Worker for Fails {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        Err("no start".into())
    }

    async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        Ok(())
    }
}

/// Is dropped only after a long time.
struct DropsSlowly;

impl Drop for DropsSlowly {
    fn drop(&mut self) {
        std::thread::sleep(FOREVER);
    }
}

impl Worker for DropsSlowly {
    type Message = Nothing;
    type Output = u64;
    type Ports = ();

    async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        Ok(())
    }
}

fn main() -> Exit {
    let mode = std::env::args().nth(1).expect("a mode");
    let mut workers = Workers::new("stuck");
    if mode != "grace" {
        workers = workers.grace(Duration::from_millis(300));
    }
    match &*mode {
        "all_threads" => {
            let threads = std::thread::available_parallelism().map_or(4, usize::from);
            for _ in 0..=threads {
                workers.add(Deaf::BlocksItsThread);
            }
        }
        "blocking" => {
            let options = Options::new().blocking();
            workers.add_with("blocker", options, || Deaf::BlocksItsThread);
        }
        "panics" => {
            workers.add(Deaf::Obeys);
            panic!("before anything was started");
        }
        "dropped" => {
            // The one that fails stands behind the one that is then never started, and is dropped.
            let sink = workers.add(Fails);
            let source = workers.add(DropsSlowly);
            workers.connect(&source, &sink);
        }
        "pending" => drop(workers.add(Deaf::NeverCompletes)),
        _ => drop(workers.add(Deaf::Obeys)),
    }
    if mode == "patient" {
        workers.on_shutdown(std::future::pending::<()>);
        workers = workers.grace(FOREVER);
    }
    let handle = workers.handle();
    if mode != "patient" && mode != "obedient" {
        std::thread::spawn(move || {
            // Long enough for the workers to have blocked every thread.
            std::thread::sleep(Duration::from_millis(200));
            handle.gracefully_stop();
        });
    } else {
        workers.on_startup(|| async { println!("ready") });
    }
    workers.main()
}
