//! Initialisers that wait or fail: `.await` and `?`.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fluid::{Cause, Error, consumer, worker, workers};

use crate::support::Seen;

/// A connection, which is no `Clone`.
struct Db(String);

/// The builds, and those that fail.
#[derive(Default)]
struct Server {
    builds: AtomicUsize,
    fails: Vec<usize>,
}

impl Server {
    async fn connect(&self, name: &str) -> Result<Db, io::Error> {
        tokio::task::yield_now().await;
        let build = self.builds.fetch_add(1, Ordering::Relaxed) + 1;
        if self.fails.contains(&build) {
            return Err(io::Error::other(format!("build {build} is refused")));
        }
        Ok(Db(format!("{name} {build}")))
    }
}

/// Fails at 0, and otherwise emits the number with the connection.
#[consumer]
async fn store(number: u64, db: &mut Db) -> Result<String, Error> {
    match number {
        0 => Err("a call broke".into()),
        number => Ok(format!("{} {number}", db.0)),
    }
}

#[consumer]
async fn keep(line: String, seen: &Seen) {
    seen.note(line);
}

workers! {
    #[workers(restart = "one_for_one", max_restarts = 2)]
    struct Storing(server: Server, name: str, seen: Seen) {
        pub store: Store { db: server.connect(&name).await? },
        note: Keep { seen },
    }

    store => note;
}

fn server(fails: &[usize]) -> Arc<Server> {
    let fails = fails.to_vec();
    let builds = AtomicUsize::new(0);
    Arc::new(Server { builds, fails })
}

#[tokio::test(start_paused = true)]
async fn an_initialiser_is_awaited_at_the_start_and_at_each_restart() {
    let (server, seen) = (server(&[2]), Arc::new(Seen::default()));
    let group = Storing::new(Arc::clone(&server), "db", Arc::clone(&seen));
    assert_eq!(server.builds.load(Ordering::Relaxed), 0);
    let running = group.startup().await.unwrap();
    let store = running.store();
    for number in [1, 0, 2] {
        store.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert_eq!(seen.all(), ["db 1 1", "db 3 2"]);
    assert_eq!(exit.worker("store").unwrap().restarts(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_initialiser_that_fails_is_a_failed_start_with_its_error() {
    let group = Storing::new(server(&[1]), "db", Seen::default());
    let exit = group.startup().await.err().unwrap();
    let Cause::StartupFailed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!(&**worker, "store");
    assert!(error.downcast_ref::<io::Error>().is_some());
    assert_eq!(error.to_string(), "build 1 is refused");
}

/// Names the constructor.
struct Path(&'static str);

impl Path {
    fn open(&self) -> Result<Store, io::Error> {
        let Self(path) = self;
        match *path {
            "" => Err(io::Error::from(io::ErrorKind::NotFound)),
            path => Ok(Store {
                db: Db(path.into()),
            }),
        }
    }
}

/// Emits what moved into it.
#[worker]
async fn pump<T: Send + 'static>(numbers: &mut Vec<u64>, marker: &mut T) -> Vec<u64> {
    let _ = marker;
    std::mem::take(numbers)
}

async fn marker<T>(made: fn() -> T) -> T {
    tokio::task::yield_now().await;
    made()
}

workers! {
    struct Forms<T>(move numbers: Vec<u64>, path: Path, made: fn() -> T, seen: Seen) {
        #[worker(on_exit = "ignore")]
        pump: Pump<T> { numbers, marker: marker(*made).await },
        #[consumer(capacity = 10)]
        store: Store = path.open()?,
        note: Keep = Keep {
            seen: {
                tokio::task::yield_now().await;
                seen
            },
        },
    }

    pump => store => note;
}

#[tokio::test(start_paused = true)]
async fn every_form_of_an_initialiser_waits_or_fails() {
    let seen = Arc::new(Seen::default());
    let made: fn() -> u8 = || 1;
    let forms = |path| Forms::new(vec![1, 2], Path(path), made, Arc::clone(&seen));
    let running = forms("file").startup().await.unwrap();
    assert!(running.pump().wait_for_shutdown().await.is_success());
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(seen.all(), ["file 1", "file 2"]);
    let exit = forms("").startup().await.err().unwrap();
    assert!(
        matches!(exit.cause(), Cause::StartupFailed { worker, .. } if &**worker == "store"),
        "{exit}"
    );
}

type Later = std::pin::Pin<Box<dyn Future<Output = Option<u64>> + Send>>;

/// Calls what it was given.
#[worker]
async fn call(parse: fn(&str) -> Option<u64>, later: &mut Option<Later>) -> Vec<String> {
    let later = later.take().expect("it runs once").await;
    [parse("7"), later]
        .iter()
        .flatten()
        .map(u64::to_string)
        .collect()
}

workers! {
    struct Deferred(seen: Seen) {
        call: Call {
            parse: |text| Some(text.parse::<u64>().ok()? + 1),
            later: Some(Box::pin(async {
                std::future::ready(Some(3_u64)).await?.checked_add(1)
            })),
        },
        note: Keep { seen },
    }

    call => note;
}

#[tokio::test(start_paused = true)]
async fn a_closure_or_a_future_in_an_initialiser_may_use_them_for_itself() {
    let seen = Arc::new(Seen::default());
    let running = Deferred::new(Arc::clone(&seen)).startup().await.unwrap();
    assert!(running.wait_for_shutdown().await.is_success());
    assert_eq!(seen.all(), ["8", "4"]);
}
