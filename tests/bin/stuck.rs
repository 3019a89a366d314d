//! A group as a process. The first argument names the group; some of them do not stop. `behaviour/process.rs` runs
//! it.

use std::time::Duration;

use fluid::{
    Context, Error, Exit, Options, Worker, Workers,
    by_hand::{Io, Nothing},
};

const FOREVER: Duration = Duration::from_secs(3600);

/// Ends at a stop, or never.
enum Deaf {
    BlocksItsThread,
    NeverCompletes,
    /// Prints when it runs and when it is asked to stop, and ignores the stop.
    SaysAndStays,
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
            Self::SaysAndStays => {
                println!("ready");
                ctx.stopping().await;
                println!("stopping");
                std::future::pending::<()>().await;
            }
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

/// Prints that it is starting, and never finishes its start.
struct Starts;

impl Worker for Starts {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        println!("ready");
        std::future::pending().await
    }

    async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        Ok(())
    }
}

/// Takes a long time to drop.
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
            // `Fails` starts first and fails, so `DropsSlowly` is dropped without a start.
            let sink = workers.add(Fails);
            let source = workers.add(DropsSlowly);
            workers.connect(&source, &sink);
        }
        "pending" | "overridden" => drop(workers.add(Deaf::NeverCompletes)),
        "deaf" => drop(workers.add(Deaf::SaysAndStays)),
        "starting" => drop(workers.add(Starts)),
        _ => drop(workers.add(Deaf::Obeys)),
    }
    match &*mode {
        "patient" => workers.on_shutdown(std::future::pending::<()>),
        "after_fails" => workers.after_shutdown(|_| async { Err::<(), _>("cannot report") }),
        "hook_starting" => workers.on_startup(|| async {
            println!("ready");
            std::future::pending::<()>().await;
        }),
        "hook_blocks" => workers.on_startup(|| async {
            println!("ready");
            std::thread::sleep(FOREVER);
        }),
        _ => {}
    }
    let waits_for_signals = match &*mode {
        "starting" | "hook_starting" | "hook_blocks" | "deaf" => true,
        "patient" | "obedient" => {
            workers.on_startup(|| async { println!("ready") });
            true
        }
        _ => false,
    };
    if waits_for_signals {
        // Prints the exit for every exit code. `main` itself prints only failures.
        workers.after_shutdown(|exit| async move { eprintln!("{exit}") });
    } else {
        let handle = workers.handle();
        std::thread::spawn(move || {
            // Long enough for the workers to have blocked every thread.
            std::thread::sleep(Duration::from_millis(200));
            handle.gracefully_stop();
        });
    }
    if matches!(
        &*mode,
        "patient" | "deaf" | "starting" | "hook_starting" | "overridden"
    ) {
        workers = workers.grace(FOREVER);
    }
    workers.main()
}
