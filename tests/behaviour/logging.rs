//! What `tracing` is told, and at which level.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fluid::{Options, Overflow, Workers, consumer, worker};
use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
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

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Told>>>);

impl Log {
    /// A log of all that this thread tells while the guard lives.
    fn listen() -> (Self, DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::registry().with(log.clone());
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn told(&self) -> Vec<Told> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The events of this level whose text holds all of `parts`.
    fn find(&self, level: Level, parts: &[&str]) -> Vec<Told> {
        let wanted =
            |told: &Told| told.level == level && parts.iter().all(|part| told.text.contains(part));
        self.told().into_iter().filter(wanted).collect()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Log {
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
        let mut fields = Fields::default();
        event.record(&mut fields);
        let spans = ctx.event_scope(event).into_iter().flatten();
        let spans = spans.filter_map(|span| span.extensions().get::<String>().cloned());
        let told = Told {
            level: *event.metadata().level(),
            spans: spans.collect(),
            text: fields.0,
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(told);
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

#[tokio::test(start_paused = true)]
async fn each_worker_has_a_span_and_each_transition_and_failure_an_event() {
    let (log, _guard) = Log::listen();
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
    let (log, _guard) = Log::listen();
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
async fn nothing_is_told_of_each_message_at_info_or_above() {
    async fn events_for(messages: u64) -> usize {
        let (log, _guard) = Log::listen();
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
