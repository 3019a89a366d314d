//! Tests under shuffled orders of tasks.

use std::panic::catch_unwind;
use std::process::Command;
use std::sync::{Arc, Mutex};

use fluid::test::{Kit, shuffled};
use fluid::{
    Context, Error, Worker, Workers,
    by_hand::{Io, Nothing},
    consumer, worker, workers,
};

#[consumer]
async fn open(account: u64) -> u64 {
    account
}

#[consumer]
async fn approve(account: u64) -> u64 {
    account
}

/// Gets two messages for each account, and assumes that the one that opens it comes before the one that approves it.
#[consumer]
async fn book(entry: (&'static str, u64), opened: &mut Vec<u64>) {
    match entry {
        ("open", account) => opened.push(account),
        (_, account) => assert!(opened.contains(&account), "{account} was never opened"),
    }
}

#[consumer]
async fn request(account: u64) -> u64 {
    account
}

workers! {
    /// The order of `open` and `approve` is not guaranteed; on one thread `open` always comes first.
    struct Bank {
        pub request: Request,
        open: Open,
        approve: Approve,
        book: Book { opened: Vec::new() },
    }

    request => (approve, open);
    open => book with |account| ("open", account);
    approve => book with |account| ("approve", account);
}

async fn two_accounts() {
    let bank = Bank::new();
    let kit = Kit::of(&bank);
    let bank = bank.startup().await.unwrap();
    // Just after the start, the tasks started last may be polled first.
    kit.idle().await;
    for account in [7, 8] {
        // Refused if the message before has ended the bank, which the exit shows.
        let _ = bank.request().send(account).await;
        kit.idle().await;
    }
    let exit = bank.shutdown().await;
    assert!(exit.is_success(), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn the_usual_order_hides_the_bug() {
    for _ in 0..20 {
        two_accounts().await;
    }
}

/// The first seed with which the bank fails, and the text of the panic.
fn find(seeds: std::ops::Range<u64>) -> Option<(u64, String)> {
    seeds.into_iter().find_map(|seed| {
        let found = catch_unwind(|| shuffled([seed], two_accounts)).err()?;
        let said = found.downcast::<String>().expect("a message");
        Some((seed, *said))
    })
}

#[test]
fn a_seed_finds_the_bug_and_finds_it_again() {
    let (seed, said) = find(0..100).expect("some order shows the bug");
    assert!(said.contains("was never opened"), "{said}");
    let replay = format!("FLUID_TEST_SEED={seed} runs it alone");
    assert!(said.contains(&replay), "{said}");
    for _ in 0..20 {
        assert_eq!(find(seed..seed + 1).map(|(seed, _)| seed), Some(seed));
    }
}

#[test]
fn the_first_failing_seed_is_reported() {
    let (seed, _) = find(0..100).expect("some order shows the bug");
    let said = catch_unwind(|| shuffled(0..100, two_accounts)).unwrap_err();
    let said = said.downcast::<String>().expect("a message");
    assert!(said.contains(&format!("the seed was {seed}:")), "{said}");
}

/// The order in which messages of three senders arrive.
fn trace(seed: u64) -> Vec<(&'static str, u64)> {
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&arrived);
    shuffled([seed], move || {
        let log = Arc::clone(&log);
        async move {
            let bank = Bank::new();
            let kit = Kit::of(&bank);
            kit.stub("book", move |entry: (&'static str, u64)| {
                log.lock().unwrap().push(entry);
            });
            let bank = bank.startup().await.unwrap();
            for account in 0..10 {
                bank.request().send(account).await.unwrap();
            }
            bank.shutdown().await.assert_done("book", 20);
        }
    });
    let arrived = arrived.lock().unwrap();
    arrived.clone()
}

#[test]
fn the_same_seed_gives_the_same_order() {
    let orders: Vec<_> = (0..20).map(trace).collect();
    let again: Vec<_> = (0..20).map(trace).collect();
    assert_eq!(orders, again);
    let mut distinct = orders.clone();
    distinct.sort();
    distinct.dedup();
    assert!(distinct.len() > 15, "{} of 20", distinct.len());
}

#[test]
fn jitter_follows_the_seed() {
    let draw = |seed| {
        let drawn = std::cell::Cell::new(0);
        shuffled([seed], || async { drawn.set(fastrand::u64(..)) });
        drawn.get()
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}

#[test]
fn a_seed_in_the_environment_runs_alone() {
    let run = |seed: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shuffled"));
        match seed {
            Some(seed) => command.env("FLUID_TEST_SEED", seed),
            None => command.env_remove("FLUID_TEST_SEED"),
        };
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    fastrand::seed(17);
    let drawn = fastrand::u64(..);
    assert_eq!(run(Some("17")), (true, format!("1 runs, and {drawn}\n")));
    let (succeeds, text) = run(None);
    assert!(succeeds && text.starts_with("3 runs, and "), "{text}");
    let (succeeds, text) = run(Some("many"));
    let error = "FLUID_TEST_SEED is `many`, which is no seed";
    assert!(!succeeds && text.contains(error), "{text}");
}

type Log = Mutex<Vec<&'static str>>;

struct Arrival(&'static str);

#[worker(heartbeat = "1m")]
async fn early(log: &Log) -> Arrival {
    log.lock().unwrap().push("early called");
    Arrival("early arrived")
}

#[worker(heartbeat = "1m")]
async fn late(log: &Log) -> Arrival {
    log.lock().unwrap().push("late called");
    Arrival("late arrived")
}

#[consumer]
async fn note(what: Arrival, log: &Log) {
    log.lock().unwrap().push(what.0);
}

workers! {
    struct Racing(log: Log) {
        early: Early { log },
        late: Late { log },
        note: Note { log },
    }

    (early, late) => note;
}

/// The notes of the first beat, in order.
fn race(seed: u64) -> Vec<&'static str> {
    let happened = std::cell::RefCell::new(Vec::new());
    shuffled([seed], || async {
        let log = Arc::new(Log::default());
        let racing = Racing::new(Arc::clone(&log));
        let kit = Kit::of(&racing);
        let racing = racing.startup().await.unwrap();
        kit.idle().await;
        *happened.borrow_mut() = log.lock().unwrap().clone();
        assert_eq!(racing.shutdown().await.code(), 0);
    });
    happened.into_inner()
}

#[test]
fn calls_and_the_messages_they_send_overtake_each_other() {
    let races: Vec<_> = (0..50).map(race).collect();
    let of = |word: &str, race: &[&'static str]| -> Vec<_> {
        let what = race.iter().filter(|what| what.ends_with(word));
        what.map(|what| what.starts_with("early")).collect()
    };
    let called = |race: &Vec<_>| of("called", race);
    let arrived = |race: &Vec<_>| of("arrived", race);
    for first in [true, false] {
        let order = [first, !first];
        assert!(races.iter().any(|race| called(race) == order), "{races:?}");
        assert!(races.iter().any(|race| arrived(race) == order), "{races:?}");
    }
    let overtaken = races.iter().any(|race| called(race) != arrived(race));
    assert!(overtaken, "{races:?}");
}

/// Notes its name for each message, and makes no calls.
struct Reader(&'static str, Arc<Log>);

impl Worker for Reader {
    type Message = Arrival;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(arrival) = io.queue.next().await {
            self.1.lock().unwrap().extend([self.0, arrival.0]);
        }
        Ok(())
    }
}

/// The results of `happen` with one of these groups, under many seeds.
fn orders<F: Future<Output = ()>>(
    happen: impl Fn(Workers, Arc<Log>) -> F,
) -> Vec<Vec<&'static str>> {
    let mut orders = Vec::new();
    for seed in 0..50 {
        let log = Arc::new(Log::default());
        shuffled([seed], || happen(Workers::new("readers"), Arc::clone(&log)));
        orders.push(log.lock().unwrap().clone());
    }
    orders.sort();
    orders.dedup();
    orders
}

#[test]
fn receives_overtake_each_other() {
    let orders = orders(|mut workers, log| async move {
        let first = workers.add(Reader("first", Arc::clone(&log))).handle();
        let second = workers.add(Reader("second", log)).handle();
        let kit = Kit::of(&workers.handle());
        let readers = workers.startup().await.unwrap();
        kit.idle().await;
        first.try_send(Arrival("")).unwrap();
        second.try_send(Arrival("")).unwrap();
        kit.idle().await;
        assert_eq!(readers.shutdown().await.code(), 0);
    });
    assert_eq!(
        orders,
        [["first", "", "second", ""], ["second", "", "first", ""]]
    );
}

#[test]
fn sends_overtake_each_other() {
    let orders = orders(|mut workers, log| async move {
        let reader = workers.add(Reader("", log)).handle();
        let kit = Kit::of(&workers.handle());
        let readers = workers.startup().await.unwrap();
        kit.idle().await;
        for arrival in ["first", "second"] {
            let reader = reader.clone();
            tokio::spawn(async move { reader.send(Arrival(arrival)).await.unwrap() });
        }
        kit.idle().await;
        assert_eq!(readers.shutdown().await.code(), 0);
    });
    assert_eq!(
        orders,
        [["", "first", "", "second"], ["", "second", "", "first"]]
    );
}
