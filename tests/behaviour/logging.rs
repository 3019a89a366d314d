//! The records that `tracing` gets, and their levels.

use std::cell::RefCell;
use std::fmt::Debug;
use std::rc::Rc;
use std::sync::Once;
use std::time::Duration;

use fluid::{
    Context as WorkerContext, Error, Failed, OnError, OnExit, Options, Overflow, Restart, Worker,
    Workers,
    by_hand::{Io, Nothing},
    consumer, worker,
};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::support::{each, group, idle, put};

/// One record: its level, the spans around it, and its fields, the message first.
#[derive(Clone, Debug)]
struct Record {
    level: Level,
    spans: Vec<String>,
    text: String,
}

thread_local! {
    /// The records of this thread, while a [`Log`] collects them.
    static COLLECTOR: RefCell<Option<Rc<RefCell<Vec<Record>>>>> = const { RefCell::new(None) };
}

/// The records of one thread.
struct Log(Rc<RefCell<Vec<Record>>>);

impl Log {
    /// Collects the records of this thread until the log is dropped.
    ///
    /// There is one subscriber for the whole process. With one for each thread, `tracing` may cache that a callsite is
    /// disabled, because another test reached it first, and this thread would miss its records.
    fn collect() -> Self {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            let subscriber = tracing_subscriber::registry().with(ToLogOfThread);
            tracing::subscriber::set_global_default(subscriber).expect("the only one");
        });
        let log = Rc::default();
        COLLECTOR.set(Some(Rc::clone(&log)));
        Self(log)
    }

    fn records(&self) -> Vec<Record> {
        self.0.borrow().clone()
    }

    /// The records of this level whose text contains all of `parts`.
    fn find(&self, level: Level, parts: &[&str]) -> Vec<Record> {
        let wanted = |record: &Record| {
            record.level == level && parts.iter().all(|part| record.text.contains(part))
        };
        self.records().into_iter().filter(wanted).collect()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        COLLECTOR.set(None);
    }
}

/// Hands each record to the log of its thread.
struct ToLogOfThread;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for ToLogOfThread {
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
        let Some(collector) = COLLECTOR.with_borrow(Option::clone) else {
            return;
        };
        let mut fields = Fields::default();
        event.record(&mut fields);
        let spans = ctx.event_scope(event).into_iter().flatten();
        let spans = spans.filter_map(|span| span.extensions().get::<String>().cloned());
        let record = Record {
            level: *event.metadata().level(),
            spans: spans.collect(),
            text: fields.0,
        };
        collector.borrow_mut().push(record);
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
    let log = Log::collect();
    let mut workers = Workers::new("numbers");
    let even = workers.add(Even);
    for number in 0..3 {
        even.send(number).await.unwrap();
    }
    assert_eq!(workers.startup().await.unwrap().shutdown().await.code(), 2);

    let handling = log.find(Level::INFO, &["handling"]);
    assert_eq!(handling.len(), 3);
    assert!(
        handling
            .iter()
            .all(|record| record.spans == [r#"worker name="even""#])
    );
    for state in ["running", "stopping", "stopped"] {
        let to = format!("to={state}");
        let found = log.find(Level::DEBUG, &["state changed", r#"worker="even""#, &to]);
        assert_eq!(found.len(), 1, "{state}: {:#?}", log.records());
    }
    let failed = log.find(Level::WARN, &[r#"worker="even""#, r#"error="1 is odd""#]);
    assert_eq!(failed.len(), 1, "{:#?}", log.records());
    let lost = log.find(Level::ERROR, &["messages lost", r#"worker="even""#]);
    assert_eq!(lost.len(), 1, "{:#?}", log.records());
    assert!(lost[0].text.contains("messages=1"), "{lost:?}");
    for what in ["started", "stopping", "stopped"] {
        let found = log.find(Level::INFO, &[what, r#"group="numbers""#]);
        assert_eq!(found.len(), 1, "{what}: {:#?}", log.records());
    }
}

#[tokio::test(start_paused = true)]
async fn dropped_and_undelivered_messages_and_forced_stops_are_logged() {
    let log = Log::collect();
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
        log.find(
            Level::WARN,
            &["grace period over, forcing", r#"worker="hang""#]
        )
        .len(),
        1
    );
    assert_eq!(
        log.find(Level::WARN, &["forced to stop", r#"worker="hang""#])
            .len(),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn a_stall_is_logged_once() {
    let log = Log::collect();
    let mut workers = Workers::new("hanging").grace(Duration::from_millis(10));
    workers.add_with("hang", Options::new().stall(Duration::from_secs(1)), || {
        Hang
    });
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(running.shutdown().await.code(), 1);
    let found = log.find(Level::WARN, &["stalled", r#"worker="hang""#, "silent=1s"]);
    assert_eq!(found.len(), 1, "{:#?}", log.records());
}

#[tokio::test(start_paused = true)]
async fn the_number_of_records_at_info_does_not_grow_with_the_messages() {
    async fn events_for(messages: u64) -> usize {
        let log = Log::collect();
        let mut workers = Workers::new("numbers");
        let even = workers.add_with("even", Options::new().capacity(1), || Even);
        let running = workers.startup().await.unwrap();
        for number in 0..messages {
            even.send(2 * number).await.unwrap();
        }
        assert_eq!(running.shutdown().await.code(), 0);
        let ours =
            |record: &&Record| record.level <= Level::INFO && !record.text.contains("handling");
        log.records().iter().filter(ours).count()
    }

    assert_eq!(events_for(1).await, events_for(100).await);
}

/// Takes its time.
#[consumer]
async fn dawdle(number: u64) {
    tokio::time::sleep(Duration::from_millis(number)).await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_logs_each_second_what_it_waits_for_and_at_its_end_the_counts() {
    let log = Log::collect();
    let mut workers = group().grace(Duration::from_secs(5));
    let slow = workers.add(Dawdle);
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    for _ in 0..3 {
        slow.send(900).await.unwrap();
    }
    assert_eq!(running.shutdown().await.code(), 0);
    let stopping = log.find(Level::INFO, &["stopping", "waiting_for"]);
    let texts: Vec<_> = stopping.iter().map(|record| &*record.text).collect();
    let [first, second] = texts[..] else {
        panic!("{texts:#?}");
    };
    assert!(first.contains("dawdle (1 queued)"), "{first}");
    assert!(first.contains("grace_left=4"), "{first}");
    assert!(second.contains("waiting_for=\"dawdle\""), "{second}");
    assert!(second.contains("grace_left=3"), "{second}");
    let stopped = log.find(Level::INFO, &["stopped", "3 accepted", "3 done"]);
    assert_eq!(stopped.len(), 1, "{:#?}", log.records());
}

#[tokio::test(start_paused = true)]
async fn an_output_refused_downstream_is_logged() {
    let log = Log::collect();
    let mut workers = Workers::new("numbers");
    let ends = Options::new().on_exit(OnExit::Ignore);
    let sink = workers.add_with("sink", ends, || Even);
    let relay = workers.add(Relay);
    workers.connect(&relay, &sink);
    let dead = workers.add_with("dead", ends, || Bury);
    workers.connect(relay.failed(), &dead);
    let running = workers.startup().await.unwrap();
    assert_eq!(sink.shutdown().await.code(), 0);
    assert_eq!(dead.shutdown().await.code(), 0);
    for number in 0..2 {
        relay.send(number).await.unwrap();
    }
    assert_eq!(running.shutdown().await.code(), 2);
    for what in ["output refused", "given-up messages refused"] {
        let found = log.find(Level::WARN, &[what, r#"worker="relay""#, "refused=1"]);
        assert_eq!(found.len(), 1, "{what}: {:#?}", log.records());
    }
}

/// Logs in each of its hooks and for each message. A zero fails the call.
struct Verbose;

impl Worker for Verbose {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    async fn on_startup(&mut self, _: &WorkerContext) -> Result<(), Error> {
        tracing::info!("hook: on_startup");
        Ok(())
    }

    async fn run(&mut self, _: &WorkerContext, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(number) = io.queue.next().await {
            tracing::info!("handling");
            tokio::time::sleep(Duration::from_secs(1)).await;
            if number == 0 {
                return Err("a zero".into());
            }
        }
        Ok(())
    }

    async fn on_shutdown(&mut self, _: &WorkerContext) -> Result<(), Error> {
        tracing::info!("hook: on_shutdown");
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_records_of_each_lane_are_in_one_span_with_its_name_and_number() {
    let lanes = [0, 1, 2].map(|lane| vec![format!(r#"worker name="verbose" lane={lane}"#)]);
    let log = Log::collect();
    let spans = |text: &str| {
        let records = log.find(Level::INFO, &[text]).into_iter();
        let mut spans: Vec<_> = records.map(|record| record.spans).collect();
        spans.sort();
        spans
    };
    let options = Options::new().concurrency(3).on_error(OnError::Restart);
    let mut workers = Workers::new("numbers");
    let verbose = workers.add_with("verbose", options, || Verbose);
    let running = workers.startup().await.unwrap();
    for number in [1, 1, 1] {
        verbose.send(number).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(spans("handling"), lanes);
    assert_eq!(spans("on_startup"), lanes);

    // A restart rebuilds all lanes, and each keeps its number.
    verbose.send(0).await.unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(verbose.status().restarts, 1);
    let mut twice = [lanes.clone(), lanes].concat();
    twice.sort();
    assert_eq!(spans("on_startup"), twice);
    assert_eq!(running.shutdown().await.code(), 2);
    assert_eq!(spans("on_shutdown"), twice);
}

#[tokio::test(start_paused = true)]
async fn records_and_causes_name_a_nested_worker_by_its_path_below_the_root() {
    let log = Log::collect();
    let restarts = Options::new().on_error(OnError::Restart);
    let mut inmost = Workers::new("inmost");
    let refresh = inmost.add_with("refresh", restarts, || Relay);
    let one_place = Options::new().capacity(1).overflow(Overflow::DropNewest);
    let kept = inmost.add_with("kept", one_place, || Even);
    inmost.connect(&refresh, &kept);
    let stalls = Options::new().stall(Duration::from_secs(1));
    inmost.add_with("hang", stalls, || Hang);
    let (mut inmost, mut keys) = (Some(inmost), Workers::new("inner"));
    keys.add_with("deep", Options::new(), move || inmost.take().unwrap());
    let (mut keys, mut root) = (
        Some(keys),
        Workers::new("root").grace(Duration::from_secs(1)),
    );
    root.add_with("keys", Options::new(), move || keys.take().unwrap());
    for number in 0..3 {
        kept.send(2 * number).await.unwrap();
    }
    let running = root.startup().await.unwrap();
    refresh.send(0).await.unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(running.shutdown().await.code(), 2);

    for (level, text, worker) in [
        (Level::WARN, "worker failed, restarting", "refresh"),
        (Level::DEBUG, "state changed", "refresh"),
        (Level::DEBUG, "message dropped", "kept"),
        (Level::WARN, "stalled", "hang"),
        (Level::WARN, "grace period over, forcing", "hang"),
        (Level::WARN, "forced to stop", "hang"),
    ] {
        let path = format!(r#"worker="keys/deep/{worker}""#);
        let records = log.find(level, &[text, &path]);
        assert!(!records.is_empty(), "{text}: {:#?}", log.records());
    }
    let handling = log.find(Level::INFO, &["handling"]);
    assert!(!handling.is_empty());
    let span = [r#"worker name="keys/deep/kept""#];
    assert!(handling.iter().all(|record| record.spans == span));
    for group in ["root", "keys", "keys/deep"] {
        let group = format!("group=\"{group}\"");
        assert_eq!(log.find(Level::INFO, &["started", &group]).len(), 1);
    }
    for name in ["refresh", "kept", "hang", "deep"] {
        let short = format!("=\"{name}\"");
        let records = log.records().into_iter();
        let records: Vec<_> = records
            .filter(|record| record.text.contains(&short))
            .collect();
        assert!(records.is_empty(), "{records:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_reason_why_a_nested_worker_is_not_restarted_names_its_path() {
    let log = Log::collect();
    let restart = Restart::one_for_all().backoff(Duration::ZERO, Duration::ZERO);
    let failing = |name: &str, restart: Restart, by_value: bool| {
        let mut inner = Workers::new(name).restart(restart);
        let refresh = inner.add_with("refresh", Options::new(), || Relay);
        if by_value {
            inner.add(Even);
        }
        (inner, refresh)
    };
    for (restart, by_value, reason) in [
        (restart, true, "`keys/even` cannot be restarted"),
        (restart.max_restarts(0), false, "the budget of `keys`"),
    ] {
        let (inner, refresh) = failing("inner", restart, by_value);
        let (mut inner, mut root) = (Some(inner), Workers::new("root"));
        root.add_with("keys", Options::new(), move || inner.take().unwrap());
        let running = root.startup().await.unwrap();
        refresh.send(0).await.unwrap();
        let exit = running.wait_for_shutdown().await;
        let cause = exit.cause().to_string();
        assert!(cause.starts_with("`keys/refresh` failed"), "{cause}");
        assert!(cause.contains(reason), "{cause}");
        // The stop record of the nested group names the worker as the exit of the root does.
        let stopping = log.find(Level::INFO, &["stopping", r#"group="keys""#, reason]);
        assert_eq!(stopping.len(), 1, "{:#?}", log.records());
        assert!(stopping[0].text.contains("`keys/refresh` failed"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_failure_of_a_removed_worker_is_logged_although_its_group_would_forget_it() {
    let log = Log::collect();
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let options = Options::new().on_error(OnError::Forget);
    let fails = workers.add_with("fails", options, || {
        each(|_: u64| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Err::<Option<Nothing>, _>("broken".into())
        })
    });
    let running = workers.startup().await.unwrap();
    fails.send(1).await.unwrap();
    let _ = running.remove(&fails).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let told = log.find(Level::ERROR, &["worker failed", "fails", "broken"]);
    assert_eq!(told.len(), 1, "{:?}", log.records());
    let _ = running.shutdown().await;
}
