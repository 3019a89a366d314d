//! What `tracing` is told, and at which level.

use std::cell::RefCell;
use std::fmt::Debug;
use std::rc::Rc;
use std::sync::Once;
use std::time::Duration;

use fluid::{Failed, OnExit, Options, Overflow, Workers, consumer, worker};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// One event: its level, the spans around it, and its fields, the message first.
#[derive(Clone, Debug)]
struct Told {
    level: Level,
    spans: Vec<String>,
    text: String,
}

thread_local! {
    /// Where this thread tells what it does, while somebody listens.
    static LISTENER: RefCell<Option<Rc<RefCell<Vec<Told>>>>> = const { RefCell::new(None) };
}

/// What a thread has told to whoever listens.
struct Log(Rc<RefCell<Vec<Told>>>);

impl Log {
    /// A log of all that this thread tells while it lives.
    ///
    /// The subscriber is the process's and stays: with one for each thread, an event that another test
    /// happens to tell first may be taken for one that nobody wants.
    fn listen() -> Self {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            let subscriber = tracing_subscriber::registry().with(ToThread);
            tracing::subscriber::set_global_default(subscriber).expect("the only one");
        });
        let log = Rc::default();
        LISTENER.set(Some(Rc::clone(&log)));
        Self(log)
    }

    fn told(&self) -> Vec<Told> {
        self.0.borrow().clone()
    }

    /// The events of this level whose text holds all of `parts`.
    fn find(&self, level: Level, parts: &[&str]) -> Vec<Told> {
        let wanted =
            |told: &Told| told.level == level && parts.iter().all(|part| told.text.contains(part));
        self.told().into_iter().filter(wanted).collect()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        LISTENER.set(None);
    }
}

/// Keeps what is told with the thread that tells it.
struct ToThread;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for ToThread {
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        id: &tracing::span::Id,
        ctx: Context<'_, S>,
    ) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let span = ctx.span(id).expect("a span that is new");
        let name = format!("{}{}", span.name(), fields.0);
        span.extensions_mut().insert(name);
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let Some(listener) = LISTENER.with_borrow(Option::clone) else {
            return;
        };
        let mut fields = Fields::default();
        event.record(&mut fields);
        let spans = ctx.event_scope(event).into_iter().flatten();
        let spans = spans.filter_map(|span| span.extensions().get::<String>().cloned());
        let told = Told {
            level: *event.metadata().level(),
            spans: spans.collect(),
            text: fields.0,
        };
        listener.borrow_mut().push(told);
    }
}

/// ` name=value name=value`
#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

#[consumer(on_error = "skip")]
async fn even(number: u64) -> Result<(), String> {
    tracing::info!("handling");
    if number % 2 == 1 {
        return Err(format!("{number} is odd"));
    }
    Ok(())
}

#[worker]
async fn hang() {
    std::future::pending::<()>().await;
}

#[consumer]
async fn relay(number: u64) -> Result<u64, String> {
    if number == 0 {
        return Err("nothing".to_owned());
    }
    Ok(number)
}

#[consumer]
async fn bury(_failed: Failed<u64>) {}

#[tokio::test(start_paused = true)]
async fn each_worker_has_a_span_and_each_transition_and_failure_an_event() {
    let log = Log::listen();
    let mut workers = Workers::new("numbers");
    let even = workers.add(Even);
    for number in 0..3 {
        even.send(number).await.unwrap();
    }
    workers.startup().await.unwrap().shutdown().await;

    let handling = log.find(Level::INFO, &["handling"]);
    assert_eq!(handling.len(), 3);
    assert!(
        handling
            .iter()
            .all(|told| told.spans == [r#"worker name="even""#])
    );
    for state in ["running", "stopping", "stopped"] {
        let to = format!("to={state}");
        let told = log.find(Level::DEBUG, &["state changed", r#"worker="even""#, &to]);
        assert_eq!(told.len(), 1, "{state}: {:#?}", log.told());
    }
    let failed = log.find(Level::WARN, &[r#"worker="even""#, r#"error="1 is odd""#]);
    assert_eq!(failed.len(), 1, "{:#?}", log.told());
    for what in ["started", "stopping", "stopped"] {
        let told = log.find(Level::INFO, &[what, r#"group="numbers""#]);
        assert_eq!(told.len(), 1, "{what}: {:#?}", log.told());
    }
}

#[tokio::test(start_paused = true)]
async fn dropped_and_undelivered_messages_and_forced_stops_are_told() {
    let log = Log::listen();
    let mut workers = Workers::new("numbers").grace(Duration::from_millis(10));
    let options = Options::new().capacity(1).overflow(Overflow::DropNewest);
    let even = workers.add_with("small", options, || Even);
    for number in 0..3 {
        even.send(number).await.unwrap();
    }
    drop(workers);
    assert_eq!(
        log.find(Level::DEBUG, &["message dropped", r#"worker="small""#])
            .len(),
        2
    );
    assert_eq!(
        log.find(Level::WARN, &["undelivered", "messages=1"]).len(),
        1
    );

    let mut workers = Workers::new("hanging").grace(Duration::from_millis(10));
    workers.add(Hang);
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert!(exit.is_forced());
    assert_eq!(
        log.find(Level::WARN, &["forced to stop", r#"worker="hang""#])
            .len(),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn a_stall_is_told_once() {
    let log = Log::listen();
    let mut workers = Workers::new("hanging").grace(Duration::from_millis(10));
    workers.add_with("hang", Options::new().stall(Duration::from_secs(1)), || {
        Hang
    });
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    running.shutdown().await;
    let told = log.find(Level::WARN, &["stalled", r#"worker="hang""#, "silent=1s"]);
    assert_eq!(told.len(), 1, "{:#?}", log.told());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_of_each_message_at_info_or_above() {
    async fn events_for(messages: u64) -> usize {
        let log = Log::listen();
        let mut workers = Workers::new("numbers");
        let even = workers.add_with("even", Options::new().capacity(1), || Even);
        let running = workers.startup().await.unwrap();
        for number in 0..messages {
            even.send(2 * number).await.unwrap();
        }
        running.shutdown().await;
        let ours = |told: &&Told| told.level <= Level::INFO && !told.text.contains("handling");
        log.told().iter().filter(ours).count()
    }

    assert_eq!(events_for(1).await, events_for(100).await);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_downstream_is_told() {
    let log = Log::listen();
    let mut workers = Workers::new("numbers");
    let ends = Options::new().on_exit(OnExit::Ignore);
    let sink = workers.add_with("sink", ends, || Even);
    let relay = workers.add(Relay);
    workers.connect(&relay, &sink);
    let dead = workers.add_with("dead", ends, || Bury);
    workers.connect(relay.failed(), &dead);
    let running = workers.startup().await.unwrap();
    sink.shutdown().await;
    dead.shutdown().await;
    for number in 0..2 {
        relay.send(number).await.unwrap();
    }
    running.shutdown().await;
    for what in ["output refused", "given-up messages refused"] {
        let told = log.find(Level::WARN, &[what, r#"worker="relay""#, "refused=1"]);
        assert_eq!(told.len(), 1, "{what}: {:#?}", log.told());
    }
}
