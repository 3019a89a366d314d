//! The statements of `workers!`, and the methods of its struct and its handle.

use std::sync::Arc;
use std::time::Duration;

use fluid::{
    Context, Error, Output, State, Worker,
    by_hand::{Io, Nothing},
    consumer, worker, workers,
};

use crate::support::{Note, Seen};

#[worker]
async fn count(up_to: u64, ctx: &Context, out: &Output<u64>) {
    for number in 1..=up_to {
        out.send(number).await.unwrap();
    }
    ctx.stopping().await;
}

#[consumer]
async fn double(number: u64) -> u64 {
    2 * number
}

#[consumer]
async fn add(number: u64, sum: &mut u64, seen: &Seen) {
    *sum += number;
    seen.note(*sum);
}

workers! {
    /// Fan-in, broadcast, a chain, a port and a discard in one graph.
    struct Graph(seen: Seen) {
        first: Count { up_to: 3 },
        second: Count { up_to: 2 },
        double: Double,
        again: Double,
        loose: Double,
        sum: Add { sum: 0, seen },
    }

    (first.out, second.out) => double;
    double => (again, loose);
    again => sum;
    loose => _;
}

#[tokio::test(start_paused = true)]
async fn messages_flow_along_the_edges() {
    let seen = Arc::new(Seen::default());
    let running = Graph::new(Arc::clone(&seen)).startup().await.unwrap();
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(seen.all().last().unwrap(), "36");
    for (worker, done) in [("double", 5), ("again", 5), ("loose", 5), ("sum", 5)] {
        assert_eq!(
            exit.worker(worker).unwrap().counts().unwrap().done,
            done,
            "{worker}"
        );
    }
}

/// Written by hand: a consumer with an output and a named port.
struct Sort {
    at: u64,
}

impl Sort {
    fn large() -> fluid::by_hand::Port<Self, u64> {
        fluid::by_hand::Port::new("large", |ports: &mut (Output<u64>,)| &mut ports.0)
    }
}

impl Worker for Sort {
    type Message = u64;
    type Output = u64;
    type Ports = (Output<u64>,);

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(number) = io.queue.get_message(Duration::from_secs(1)).await {
            let port = if number < self.at {
                &io.output
            } else {
                &io.ports.0
            };
            port.send(number).await?;
        }
        Ok(())
    }
}

/// Written by hand: a source.
struct Feed(Vec<u64>);

impl Worker for Feed {
    type Message = Nothing;
    type Output = u64;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        for number in self.0.drain(..) {
            io.output.send(number).await?;
        }
        ctx.stopping().await;
        Ok(())
    }
}

workers! {
    struct ByHand(small: Seen, large: Seen) {
        feed: Feed = Feed(vec![1, 5, 2, 9]),
        sort: Sort = Sort { at: 5 },
        small: Note<u64> { seen: small, marker: Default::default() },
        large: Note<u64> { seen: large, marker: Default::default() },
    }

    feed => sort => small;
    sort.large => large;
}

#[tokio::test(start_paused = true)]
async fn a_worker_written_by_hand_may_stand_wherever_a_generated_one_may() {
    let (small, large) = (Arc::new(Seen::default()), Arc::new(Seen::default()));
    let running = ByHand::new(Arc::clone(&small), Arc::clone(&large))
        .startup()
        .await
        .unwrap();
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(
        (small.all(), large.all()),
        (vec!["1".into(), "2".into()], vec!["5".into(), "9".into()])
    );
    assert_eq!(exit.worker("sort").unwrap().counts().unwrap().done, 4);
}

workers! {
    struct Inner(seen: Seen) {
        pub sum: Add { sum: 0, seen },
    }
}

workers! {
    struct Outer(seen: Seen) {
        inner: Inner = Inner::new(seen),
        #[worker(on_exit = "ignore")]
        other: Inner = Inner::new(seen),
    }
}

#[tokio::test(start_paused = true)]
async fn groups_nest_and_their_accessors_with_them() {
    let seen = Arc::new(Seen::default());
    let group = Outer::new(Arc::clone(&seen));
    group.inner().sum().send(1).await.unwrap();
    let running = group.startup().await.unwrap();
    running.inner().sum().send(2).await.unwrap();
    let status = running.status();
    assert_eq!(status.worker("inner/sum").unwrap().state, State::Running);
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(exit.worker("inner/sum").unwrap().counts().unwrap().done, 2);
    assert_eq!(exit.worker("other/sum").unwrap().counts().unwrap().done, 0);
    assert_eq!(seen.all(), ["1", "3"]);
}

workers! {
    /// A worker and an edge under `cfg`.
    struct Configured(seen: Seen) {
        pub double: Double,
        #[cfg(test)]
        note: Note<u64> { seen, marker: Default::default() },
        #[cfg(not(test))]
        missing: Missing,
    }

    #[cfg(test)]
    double => note;
    #[cfg(not(test))]
    double => missing;
    #[cfg(not(test))]
    every("1s") => missing().await;
}

#[tokio::test(start_paused = true)]
async fn cfg_works_on_fields_and_statements() {
    let seen = Arc::new(Seen::default());
    let running = Configured::new(Arc::clone(&seen)).startup().await.unwrap();
    running.double().send(4).await.unwrap();
    assert_eq!(running.shutdown().await.code(), 0);
    assert_eq!(seen.all(), ["8"]);
}

#[tokio::test(start_paused = true)]
async fn messages_may_be_sent_before_startup_and_are_refused_after_a_stop() {
    let seen = Arc::new(Seen::default());
    let group = Inner::new(Arc::clone(&seen));
    let add = group.sum().clone();
    add.send(5).await.unwrap();
    assert_eq!((add.queue_size(), add.state()), (1, State::Init));
    let running = group.startup().await.unwrap();
    running.gracefully_stop();
    assert_eq!(running.wait_for_shutdown().await.code(), 0);
    assert_eq!(add.send(6).await.unwrap_err().message, 6);
    assert_eq!(seen.all(), ["5"]);
}

/// Sends each message back to itself until it was tried often enough.
#[consumer]
async fn attempt(tries: u64, again: &Output<u64>, seen: &Seen) {
    seen.note(tries);
    if tries < 3 {
        again.send(tries + 1).await.unwrap();
    }
}

workers! {
    struct Retrying(seen: Seen) {
        pub attempt: Attempt { seen },
    }

    attempt.again ~> attempt;
}

#[tokio::test(start_paused = true)]
async fn a_feedback_edge_closes_a_cycle() {
    let seen = Arc::new(Seen::default());
    let running = Retrying::new(Arc::clone(&seen)).startup().await.unwrap();
    running.attempt().send(1).await.unwrap();
    while seen.all().len() < 3 {
        tokio::task::yield_now().await;
    }
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(seen.all(), ["1", "2", "3"]);
}

/// Feeds each number back twice.
#[consumer(capacity = 2)]
async fn multiply(number: u64) -> Vec<u64> {
    vec![number + 1, number + 1]
}

workers! {
    struct Multiplying {
        pub multiply: Multiply,
    }

    multiply ~> multiply;
}

#[tokio::test(start_paused = true)]
async fn a_feedback_edge_never_waits_and_a_message_without_room_is_unsent() {
    let running = Multiplying::new().startup().await.unwrap();
    running.multiply().send(0).await.unwrap();
    while running.status().worker("multiply").unwrap().unsent == 0 {
        tokio::task::yield_now().await;
    }
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    let multiply = exit.worker("multiply").unwrap();
    let counts = multiply.counts().unwrap();
    assert!(counts.conserved(), "{counts:?}");
    assert_eq!(counts.accepted, 1 + multiply.emitted());
    assert_eq!(multiply.emitted() + multiply.unsent(), 2 * counts.done);
}

workers! {
    /// Two workers of the same name, of which `cfg` keeps one.
    struct Either(seen: Seen) {
        #[cfg(not(test))]
        source: Missing,
        #[cfg(test)]
        source: Count { up_to: 2 },
        note: Note<u64> { seen, marker: Default::default() },
    }

    source.out => note;
}

#[tokio::test(start_paused = true)]
async fn a_name_may_stand_for_one_worker_or_another_by_configuration() {
    let seen = Arc::new(Seen::default());
    let running = Either::new(Arc::clone(&seen)).startup().await.unwrap();
    assert_eq!(running.shutdown().await.code(), 0);
    assert_eq!(seen.all(), ["1", "2"]);
}

#[tokio::test(start_paused = true)]
async fn the_handle_of_a_declared_group_prints_the_group() {
    let running = Either::new(Arc::default()).startup().await.unwrap();
    let text = format!("{running:?}");
    assert!(
        text.contains("\"either\"") && text.contains("Running"),
        "{text}"
    );
    assert_eq!(text, format!("{:?}", running.note().group().unwrap()));
    assert_eq!(running.shutdown().await.code(), 0);
}

#[consumer]
async fn hang(number: u64) {
    std::future::pending::<()>().await;
    let _ = number;
}

workers! {
    #[workers(grace = "1s")]
    struct Saving(seen: Seen) {
        pub hang: Hang,
        note: Note<String> { seen, marker: Default::default() },
    }

    hang.undelivered => note with |number: u64| format!("saved {number}");
}

#[tokio::test(start_paused = true)]
async fn the_port_undelivered_is_an_edge_of_the_group_and_of_its_graph() {
    let seen = Arc::new(Seen::default());
    let running = Saving::new(Arc::clone(&seen)).startup().await.unwrap();
    for number in 0..3 {
        running.hang().send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert_eq!(seen.all(), ["saved 1", "saved 2"]);
    assert_eq!(exit.losses().total, 1, "{exit}");
    for picture in [
        Saving::GRAPH.to_string(),
        Saving::GRAPH.mermaid(),
        Saving::GRAPH.dot(),
    ] {
        assert!(picture.contains("undelivered"), "{picture}");
    }
}
