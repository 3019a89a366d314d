//! The documentation of the macros.

/// Turns an async function into a worker.
///
/// The function stays as it is: it can be called and tested without a runtime. The macro adds a struct beside it,
/// named like the function in camel case, with the same visibility, generics, documentation and `cfg`s. The
/// struct implements [`Worker`](crate::Worker). Its fields are the function's parameters; its output is the
/// function's return value.
///
/// ```
/// use std::time::Duration;
/// use fluid::{worker, workers, consumer};
///
/// /// Reads a sensor.
/// #[worker(heartbeat = "1s", jitter = "100ms")]
/// async fn read_sensor(address: &str, last: &mut f64) -> Result<Option<f64>, std::io::Error> {
///     let value = address.len() as f64;
///     Ok((value != std::mem::replace(last, value)).then_some(value))
/// }
///
/// #[consumer]
/// async fn print(value: f64) {
///     println!("{value}");
/// }
///
/// workers! {
///     struct Sensor(address: str) {
///         read: ReadSensor { address, last: 0.0 },
///         print: Print,
///     }
///
///     read => print;
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), fluid::Exit> {
/// let running = Sensor::new("bus:7").startup().await?;
/// let exit = running.shutdown().await;
/// assert!(exit.is_success());
/// # Ok(())
/// # }
/// ```
///
/// With a `heartbeat` the function is called at each beat, first as soon as the worker runs. Without one it is called
/// once: its body is the loop, and a `&Context` parameter tells it when to stop. If the stop comes before the
/// first beat, the function is never called.
///
/// # Parameters
///
/// The type of a parameter decides what it means:
///
/// | parameter | meaning | field |
/// | --- | --- | --- |
/// | `&Context` | the worker's [`Context`](crate::Context) | none |
/// | `&Output<T>` | a named port with the parameter's name | none |
/// | `&T`, `T: ?Sized` | a shared resource | `Arc<T>` |
/// | `&mut T` | state that the worker owns | `T` |
/// | any other `T` | configuration, cloned for each call | `T` |
///
/// If a type parameter occurs in no field, but only in the message, a port or the output, the struct has a field
/// `marker` of the type `PhantomData`. Every type parameter must be `Send + Sync + 'static`.
///
/// ```
/// # use fluid::{consumer, workers};
/// #[consumer]
/// async fn print<T: std::fmt::Display>(message: T) {
///     println!("{message}");
/// }
///
/// workers! {
///     struct Printing {
///         pub print: Print<String> { marker: std::marker::PhantomData },
///     }
/// }
/// ```
///
/// # Return types
///
/// The macro reads a return type as it is written:
///
/// | return type | emits |
/// | --- | --- |
/// | `()` | nothing |
/// | `T` | one message |
/// | `Option<T>` | one message or none |
/// | `Vec<T>` | each element |
/// | `Result<_, E>` of any of these | the same; an `Err` is a failed call. `E` converts into [`Error`](crate::Error) |
///
/// A `Result` must be written as one. An alias with another name reads like a message, and is refused.
///
/// # Options
///
/// | option | meaning | default |
/// | --- | --- | --- |
/// | `heartbeat = "1s"` | the pause between two calls | called once |
/// | `pace = "rate"` | `"delay"`: the heartbeat is the pause after a call. `"rate"`: it is the time between the starts of two calls, and missed beats are counted | `"delay"` |
/// | `cron = "0 */5 * * * *"` | calls at the times of a cron pattern instead of a heartbeat, see [Times of the day](#times-of-the-day) | none |
/// | `zone = "Europe/Berlin"` | the time zone of the pattern: `"UTC"`, `"local"`, an offset such as `"+02:00"`, or a name | `"UTC"` |
/// | `missed = "once"` | what becomes of times that pass without a call: `"skip"` leaves them out, `"once"` makes one call for all of them | `"skip"` |
/// | `jitter = "100ms"` | the longest random time that is added to each pause | none |
/// | `blocking` | the function is not `async`, and runs on a thread of its own with the worker's name | |
/// | `name = "…"` | the worker's name in status, exit and log | the field's, or the function's |
/// | `grace = "3s"` | how long the worker's stop may take, from when the group asks the worker to stop | the group's |
/// | `timeout = "2s"` | how long one call may take | none |
/// | `stall = "30s"` | how long a call may show no activity, see [Stalls](#stalls) | not watched |
/// | `on_stall = "restart"` | what a stall does: `"report"` logs it; `"restart"` cancels the call and restarts the worker | `"report"` |
/// | `on_error = "stop"` | what a failed call does: `"stop"` stops the group, `"skip"` goes on with the next call, `"restart"` restarts the worker with new state after a backoff, `"forget"` ends the worker and keeps only its counts, see [`OnError`](crate::OnError) | the group's `restart`, or `"stop"` |
/// | `max_restarts = 3` | how many restarts its failures may cause within the time `within`, see [`Options::max_restarts`](crate::Options::max_restarts). Without a strategy of the group and without `on_error = "restart"` or `"forget"` nothing is restarted | the group's budget; with `on_error = "forget"` none |
/// | `within = "1m"` | the time for `max_restarts` | 30 s |
/// | `on_exit = "ignore"` | what the worker's end does: `"stop"` stops the group, `"ignore"` does nothing, `"forget"` also removes the worker from the group and keeps only its counts, see [`OnExit`](crate::OnExit) | `"stop"` |
///
/// A value is a literal, which is checked when the macro runs, or the path of a constant: `heartbeat = POLL_EVERY`. A
/// duration is a [`Duration`](std::time::Duration), and a word such as `"skip"` is a variant of the enum of its option,
/// [`OnError`](crate::OnError) or [`Pace`](crate::Pace). A wrong value of a constant does not compile either. A value that
/// is known only at run time stands on the worker's field in a group, see [`workers!`](crate::workers#values-at-run-time).
///
/// A call that exceeds its `timeout` is dropped at an `.await`. A
/// `blocking` function has none, so `timeout` and `blocking` exclude each other.
///
/// # Times of the day
///
/// With the feature `cron`, a worker is called at the times of a cron pattern:
///
/// ```
/// # #[cfg(feature = "cron")] {
/// use fluid::worker;
/// # pub struct Db;
/// # impl Db { async fn remove_old(&self) -> Result<(), std::io::Error> { Ok(()) } }
///
/// /// Every night at 2:30 in Berlin, and each time within ten minutes.
/// #[worker(cron = "30 2 * * *", zone = "Europe/Berlin", jitter = "10m", on_error = "skip")]
/// async fn clean(db: &Db) -> Result<(), std::io::Error> {
///     db.remove_old().await
/// }
/// # }
/// ```
///
/// The pattern has five fields, or six with seconds before them, and is checked when the macro runs. Calls never overlap. A
/// time that passes while a call runs, or while the worker is restarted, is *missed*: it counts as a missed beat, and
/// `missed = "once"` makes one call for all that were missed. See [`Options::cron`](crate::Options::cron) for the fields,
/// and for what happens when the clock is set forward or back.
///
/// # Stalls
///
/// A `timeout` limits how long one call takes; a `stall` limits how long it shows no activity. The start and the end
/// of a call are activity. So are [`Context::report_progress`](crate::Context::report_progress),
/// [`Context::sleep`](crate::Context::sleep) and each send through a port. A worker does not stall while it waits for a
/// message, for its next beat, for another attempt, or for room downstream. In the last case the worker downstream may
/// stall.
///
/// A stall is logged, and [`Status`](crate::Status) shows it with the time since the last activity. With
/// `on_stall = "restart"` the call is also cancelled, and fails with [`Stalled`](crate::error::Stalled): a failed
/// attempt like any other. After the last attempt the worker is restarted, whatever its `on_error` says, by the
/// strategy of its group and within its budget. See [`Options::stall`](crate::Options::stall) and
/// [`OnStall`](crate::OnStall).
///
/// A call that blocks its thread cannot be cancelled. The status reports the worker as `blocked`, and the worker is
/// restarted when the call returns. If it never returns, the exit reports the worker as stuck.
///
/// ```
/// use fluid::{worker, Context, Output};
/// # pub struct Socket;
/// # impl Socket { async fn read(&self) -> Result<u64, std::io::Error> { Ok(1) } }
///
/// /// Restarts if nothing arrives for 30 s: the peer may have gone without closing the connection.
/// #[worker(stall = "30s", on_stall = "restart", on_error = "restart")]
/// async fn read(ctx: &Context, socket: &Socket, numbers: &Output<u64>) -> Result<(), fluid::Error> {
///     while ctx.is_running() {
///         let number = socket.read().await?;
///         ctx.report_progress();
///         numbers.send(number).await?;
///     }
///     Ok(())
/// }
/// ```
pub use fluid_macros::worker;

/// Turns an async function into a consumer: a worker with a queue, whose function is called for each message.
///
/// The first parameter that is taken by value is the message. For all other parameters, for return types and for
/// errors the rules of [`worker`] hold.
///
/// ```
/// use fluid::{consumer, Output, WorkerExt};
///
/// /// Parses numbers. A text that is not a number leaves by the port `rejected`.
/// #[consumer(capacity = 64)]
/// async fn parse(text: String, rejected: &Output<String>) -> Option<i64> {
///     match text.parse() {
///         Ok(number) => Some(number),
///         Err(_) => {
///             // An error here means that the consumer behind the port has ended.
///             let _ = rejected.send(text).await;
///             None
///         }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // The function can be called.
/// assert_eq!(parse("7".to_owned(), &Output::new()).await, Some(7));
///
/// // The struct is a worker, alone or in a group.
/// let running = Parse.startup().await?;
/// running.send("8".to_owned()).await?;
/// let exit = running.shutdown().await;
/// assert_eq!(exit.counts().unwrap().done, 1);
/// # Ok(())
/// # }
/// ```
///
/// # Options
///
/// | option | meaning | default |
/// | --- | --- | --- |
/// | `capacity = 64` | the most messages that may wait in the queue; `"unbounded"` sets no limit | 1024 |
/// | `overflow = "drop_oldest"` | what a send to a full queue does: `"wait"`, `"drop_newest"` or `"drop_oldest"` | `"wait"` |
/// | `concurrency = 4` | the number of *lanes*, which handle messages at the same time, each with its own state | 1 |
/// | `partition_by = \|tick\| &tick.symbol` | the key of a message: messages with the same key go to the same lane, in order, and never overlap | none: lanes take the next message |
/// | `batch = 500` | the function takes a `Vec` of at most this many messages | |
/// | `linger = "50ms"` | how long the first message of a batch waits for others | until the batch is full |
/// | `batch_weight = \|line\| line.len()` | the weight of a message; needs `max_weight` | |
/// | `max_weight = 65536` | the largest weight of a batch; needs `batch_weight` | no limit |
/// | `retry = 3` | how often a failed call is repeated | 0 |
/// | `backoff = "100ms..5s"` | the pause before a retry: random, at most the first duration, which doubles with each retry up to the last | `"100ms..5s"` |
/// | `retry_in = "queue"` | where a message waits for its next attempt: `"lane"` lets all later messages of the lane wait and keeps the order, `"queue"` lets them pass, see [`RetryIn`](crate::RetryIn) | `"lane"` |
/// | `retry_if = \|error\| error.is_timeout()` | the errors after which a call is repeated | all |
/// | `rate = "100/s"` | the most calls in a time, over all lanes | no limit |
/// | `burst = 10` | the most calls at once after a time without calls | 1 |
/// | `blocking` | as for [`worker`], as the following ones | |
/// | `name = "…"` | its name in status, exit and log | the field's, or the function's |
/// | `grace = "3s"` | how long its stop may take | the group's |
/// | `timeout = "2s"` | how long one call may take | none |
/// | `stall = "30s"` | how long a call may show no activity | not watched |
/// | `on_stall = "restart"` | what a stall does: `"report"` or `"restart"` | `"report"` |
/// | `on_error = "stop"` | what a failed call does: `"stop"`, `"skip"`, `"restart"` or `"forget"` | the group's `restart`, or `"stop"` |
/// | `max_restarts = 3` | how many restarts its failures may cause within the time `within` | the group's budget; with `on_error = "forget"` none |
/// | `within = "1m"` | the time for `max_restarts` | 30 s |
/// | `on_exit = "ignore"` | what its end does: `"stop"`, `"ignore"` or `"forget"` | `"stop"` |
/// | `on_lost = "ignore"` | what lost messages do: `"fail"` makes the exit code 2, `"ignore"` does nothing, see [`OnLost`](crate::OnLost) | `"fail"` |
///
/// # Lanes
///
/// With `concurrency` the worker is built once for each lane. Each lane has its own state; resources are shared.
///
/// Without `partition_by` all lanes take from one queue. With it each lane has a queue of its own, with an equal
/// share of the capacity. `concurrency = 4, capacity = 100` gives each lane 25 places. When a slow key has filled
/// its lane, senders wait, and the other lanes starve too. Size `capacity` for the slowest key.
///
/// A failed call that is neither retried nor skipped ends all lanes: the others finish the message that they
/// handle. A restart builds all lanes anew.
///
/// # Batches
///
/// With `batch` the function takes a `Vec`. A batch is handled when it is full, when `linger` is over, when the queue
/// has no room for more, and at a stop. With `partition_by` all messages of a batch have the same key. A restart
/// keeps the batch that is being gathered.
///
/// # Retries
///
/// With `retry` each message is cloned before its call. A failed call is repeated after a pause, during which later
/// messages of the same lane wait. With `retry_in = "queue"` they do not: the failed message waits beside the queue. That
/// gives up the order, also of messages with the same key. [`Context::attempt`](crate::Context::attempt) is the number of the attempt.
/// After the last attempt, or if `retry_if` returns `false`, the message leaves by the port `failed` as
/// [`Failed`](crate::Failed), if the group wires that port (`store.failed => dead_letters;`). Otherwise
/// `on_error` decides, and the message is lost: the exit code is then 2, unless `on_lost = "ignore"` is set. A
/// batch is retried as a whole, and each of its messages leaves on its own. A stop ends the pauses: the
/// remaining attempts are made at once.
///
/// ```
/// use fluid::{consumer, workers, Failed};
/// # #[derive(Clone, Debug)] pub struct Order { customer: u64 }
/// # pub struct Bank;
/// # #[derive(Debug)] pub enum BankError { Refused, Timeout }
/// # impl std::fmt::Display for BankError {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("no") }
/// # }
/// # impl std::error::Error for BankError {}
/// # impl Bank { async fn charge(&self, _: &Order) -> Result<(), BankError> { Ok(()) } }
///
/// /// Charges several customers at a time, and the orders of one customer in sequence.
/// #[consumer(
///     concurrency = 4,
///     partition_by = |order| order.customer,
///     retry = 3,
///     backoff = "200ms..10s",
///     retry_if = |error| matches!(error, BankError::Timeout),
/// )]
/// async fn charge(order: Order, bank: &Bank) -> Result<(), BankError> {
///     bank.charge(&order).await
/// }
///
/// #[consumer]
/// async fn report(failed: Failed<Order>) {
///     eprintln!("{failed}");
/// }
///
/// workers! {
///     struct Orders(bank: Bank) {
///         pub charge: Charge { bank },
///         report: Report,
///     }
///
///     charge.failed => report;
/// }
/// ```
///
/// # Large messages
///
/// A message is moved, and not cloned, from its sender to the call. In a debug build a move needs room on the stack, and
/// the 2 MiB of a tokio thread suffice for messages of 64 KiB: in a queue, a batch, a retry, a broadcast, an adapted edge, an
/// `ask`, and a fused chain of three workers. A longer chain, or a function that moves its message often, needs a smaller
/// message. Put larger data into a `Box`, a `Vec` or an `Arc`, which also makes each move cheaper.
///
/// # Counts
///
/// A send is accepted, or refused with the message returned. Each accepted message is counted as done, failed,
/// dropped (by the overflow policy) or undelivered (because the worker had to end). The exit holds all of these
/// [`Counts`](crate::Counts).
///
/// Undelivered messages leave by the port `undelivered`, if the group wires it (`store.undelivered => save;`). The
/// consumer behind it can save them for the next start. It has the last quarter of the grace period for that. See
/// [`Slot::undelivered`](crate::Slot::undelivered).
///
/// ```
/// use fluid::{consumer, workers};
/// # pub struct Db;
/// # impl Db { async fn insert(&self, _: u64) {} }
/// # pub struct Spool;
/// # impl Spool { fn append(&self, _: u64) -> Result<(), std::io::Error> { Ok(()) } }
///
/// #[consumer]
/// async fn store(number: u64, db: &Db) {
///     db.insert(number).await;
/// }
///
/// /// Appends numbers to a file, from which the next process reads them.
/// #[consumer(on_error = "skip")]
/// async fn save(number: u64, spool: &Spool) -> Result<(), std::io::Error> {
///     spool.append(number)
/// }
///
/// workers! {
///     struct Storage(db: Db, spool: Spool) {
///         pub store: Store { db },
///         save: Save { spool },
///     }
///
///     store.undelivered => save;
/// }
/// ```
pub use fluid_macros::consumer;

/// Builds a group from workers and the edges between them, checked by the compiler.
///
/// ```
/// use fluid::{consumer, worker, workers};
/// # struct Db;
/// # impl Db {
/// #     async fn insert(&self, _: u64) -> Result<(), std::io::Error> { Ok(()) }
/// #     async fn flush(&self) -> Result<(), std::io::Error> { Ok(()) }
/// # }
/// # async fn report(_: &Db) {}
/// # #[worker(heartbeat = "1s")]
/// # async fn poll(step: u64) -> u64 { step }
/// # #[consumer]
/// # async fn filter(number: u64) -> Option<u64> { Some(number) }
/// # #[consumer]
/// # async fn store(number: u64, db: &Db) -> Result<(), std::io::Error> { db.insert(number).await }
///
/// workers! {
///     /// Polls numbers and stores some of them.
///     #[workers(grace = "5s")]
///     pub struct Numbers(db: Db) {
///         poll: Poll { step: 2 },
///         #[consumer(capacity = 16)]
///         pub filter: Filter,
///         store: Store { db },
///     }
///
///     poll => filter => store;
///
///     every("30s", jitter = "5s") => report(&db).await;
///     on_shutdown => db.flush().await;
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let running = Numbers::new(Db).startup().await?;
/// running.filter().send(4).await?;
/// let exit = running.shutdown().await;
/// // The 4, and one message of each beat until the stop.
/// assert!(exit.worker("store").unwrap().counts().unwrap().done >= 1);
/// # Ok(())
/// # }
/// ```
///
/// # The head
///
/// A group begins like a struct: attributes, visibility, name, generics, and in parentheses the *resources*. The
/// resources are the parameters of `new`, each as its type or as an `Arc` of it. Workers and callbacks share
/// them. `#[workers(…)]` sets the options of the group:
///
/// | option | meaning | default |
/// | --- | --- | --- |
/// | `name = "…"` | its name in status, exit and log | the struct's, in snake case |
/// | `grace = "10s"` | how long its stop may take | see [`Workers::grace`](crate::Workers::grace) |
/// | `restart = "one_for_one"` | which workers are restarted after a failure that the worker's `on_error` does not handle: the failed one, all (`"one_for_all"`), or the failed one and all downstream of it (`"rest_for_one"`); see [`Restart`](crate::Restart) | none: the group stops |
/// | `max_restarts = 5` | how many restarts are allowed within the time `within`; one more fails the group | 5 |
/// | `within = "30s"` | the time for `max_restarts` | 30 s |
/// | `backoff = "100ms..5s"` | the first and the longest pause before a restart; a single duration is both | 100 ms, doubled up to 5 s |
///
/// ```
/// # use fluid::{consumer, worker, workers};
/// # #[worker(heartbeat = "1s")]
/// # async fn poll() -> Result<u64, std::io::Error> { Ok(1) }
/// # #[consumer]
/// # async fn store(number: u64) -> Result<(), std::io::Error> { Ok(()) }
/// workers! {
///     /// If `poll` fails, both are restarted; if `store` fails, only `store` is.
///     #[workers(restart = "rest_for_one", max_restarts = 10, within = "1m", backoff = "200ms..2s")]
///     struct Ingest {
///         poll: Poll,
///         store: Store,
///     }
///
///     poll => store;
/// }
/// # fn main() {}
/// ```
///
/// # The workers
///
/// | field | meaning |
/// | --- | --- |
/// | `store: Store { db, size: 8 }` | a worker, made by its struct literal |
/// | `print: Print` | a worker without fields |
/// | `feed: Feed = Feed::open(db)` | a worker that is made by an expression: a type written by hand, or another group |
///
/// The shorthand `{ db }` sets a field to the resource `db`. A `&T` parameter gets the shared resource itself. A
/// parameter by value, or a `&mut` parameter, gets a clone. Every other initialiser is an expression, in which the
/// resources are in scope as `Arc`s. It is evaluated at the start and at each restart. A nested group is made
/// once; its workers are made anew at each restart.
///
/// # Workers that open or connect
///
/// An initialiser may use `.await` and `?`. The worker is then built in its own task, at its start and at each restart:
///
/// ```
/// use fluid::{Cause, consumer, workers};
///
/// # struct Db;
/// # impl Db {
/// #     async fn connect(_: &str) -> Result<Self, std::io::Error> { Err(std::io::Error::other("refused")) }
/// #     async fn insert(&mut self, _: u64) {}
/// # }
/// #[consumer]
/// async fn store(tick: u64, db: &mut Db) {
///     db.insert(tick).await;
/// }
///
/// workers! {
///     struct Market(url: String) {
///         pub store: Store { db: Db::connect(&url).await? },
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let started = Market::new("postgres://localhost/ticks".to_owned()).startup().await;
/// let exit = started.err().expect("no database is there");
/// assert!(matches!(exit.cause(), Cause::StartupFailed { worker, .. } if &**worker == "store"));
/// # }
/// ```
///
/// If it fails at the start, the group does not start, and the exit names the worker and has the error. If it fails at a
/// restart, that is a failure of the worker like any other: it spends a restart, and the next one follows after its backoff.
/// A stop drops the initialiser where it awaits, as it does with `on_startup`. Each lane is built for itself.
///
/// `?` converts every error that [`Error`](crate::Error) can carry. The other form works, too:
/// `store: Store = Store::open(&path).await?`. A nested group is made before anything starts, so its initialiser can neither
/// wait nor fail. Without `workers!` this is [`Workers::add_async`](crate::Workers::add_async).
///
/// # Resources that move
///
/// A resource that only one worker uses, such as a listener or a receiver, moves into that worker with `move` before its
/// name. The constructor then takes it by value, and it need be neither `Clone` nor `Sync`:
///
/// ```
/// use fluid::{worker, workers};
/// use tokio::sync::mpsc::Receiver;
///
/// #[worker]
/// async fn print(lines: &mut Receiver<String>) {
///     while let Some(line) = lines.recv().await {
///         println!("{line}");
///     }
/// }
///
/// workers! {
///     struct Printing(move lines: Receiver<String>) {
///         print: Print { lines },
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), fluid::Exit> {
/// let (sender, lines) = tokio::sync::mpsc::channel(8);
/// let running = Printing::new(lines).startup().await?;
/// drop(sender);
/// assert!(running.wait_for_shutdown().await.is_success());
/// # Ok(())
/// # }
/// ```
///
/// Such a worker is made once, since the first one consumed the resource. So options that would make it again do not
/// compile: `concurrency`, `on_error = "restart"`, `on_stall = "restart"`, and `on_error = "forget"` with `max_restarts`. If
/// the strategy of the group would restart the worker, the group fails instead, and the error says why. A worker that must be
/// restarted makes the resource itself, or shares it: without `move`, as `Mutex<Receiver<String>>`.
///
/// No other worker, callback, adapter or option can use the resource. It may move on into a nested group:
/// `inner: Inner = Inner::new(lines)`.
///
/// # Values at run time
///
/// On a field, in `#[workers(…)]` and in a callback, the value of an option is a literal or any expression, in which the
/// resources are in scope as `Arc`s. Only `name` and `stop` are always literals.
///
/// ```
/// use std::time::Duration;
/// use fluid::{consumer, worker, workers};
/// # #[worker]
/// # async fn poll() -> u64 { 1 }
/// # #[consumer(batch = 100, linger = "50ms")]
/// # async fn store(numbers: Vec<u64>) {}
/// # async fn report() {}
///
/// struct Config {
///     poll_every: Duration,
///     batch: usize,
/// }
///
/// workers! {
///     #[workers(grace = config.poll_every * 2)]
///     struct Ingest(config: Config, period: Duration) {
///         #[worker(heartbeat = config.poll_every)]
///         poll: Poll,
///         #[consumer(batch = config.batch)]
///         store: Store,
///     }
///
///     poll => store;
///     every(*period, jitter = *period / 10) => report().await;
/// }
/// # fn main() {
/// # let config = Config { poll_every: Duration::from_secs(1), batch: 100 };
/// # drop(Ingest::new(config, Duration::from_secs(30)));
/// # }
/// ```
///
/// | option | type of its value |
/// | --- | --- |
/// | `heartbeat`, `jitter`, `grace`, `timeout`, `stall`, `linger`, `close_after`, `within`, the time of `every` and `after` | `Duration` |
/// | `backoff` | `Range<Duration>`: `config.first..config.last` |
/// | `capacity`, `concurrency`, `batch`, `max_weight` | `usize`; for a `capacity` without limit `usize::MAX` |
/// | `retry`, `burst`, `max_restarts` | `u32` |
/// | `rate` | `(u32, Duration)`: calls, and in which time |
/// | `pace`, `overflow`, `on_error`, `on_exit`, `on_stall`, `on_lost`, `retry_in` | the enum: `Pace`, `Overflow`, … |
/// | `restart` | [`Restart`](crate::Restart) |
///
/// The values are checked when the group is built: `new` panics if one is wrong, and names the worker and the option. Rules
/// about several options, such as that `linger` needs `batch`, hold at compile time. `GRAPH` lists the options whose values
/// it does not know ([`GraphWorker::at_run_time`](crate::graph::GraphWorker::at_run_time)).
///
/// # Fields with attributes
///
/// `pub` before a consumer lets messages come from outside the group: its accessor can send.
/// `#[worker(…)]` or `#[consumer(…)]` on a field overrides the options of the function.
///
/// A field `orders: Ingress<Order>`, from which an edge starts, is an [`Ingress`](crate::Ingress): an input for a server,
/// which at a stop admits the requests in flight. Its accessor returns the ingress, and the worker of another field can
/// have it as a resource, `serve: Serve { orders }`. `#[worker(close_after = "5s")]` before the field limits how long it
/// stays open at a stop; see [`Options::close_after`](crate::Options::close_after).
///
/// `#[worker(stop = "last")]` before a field lets the worker run until all others have ended, see [The stop](#the-stop).
///
/// # The statements
///
/// | statement | meaning |
/// | --- | --- |
/// | `a => b => c;` | edges: what `a` emits is queued for `b`, and so on |
/// | `a -> b;` | a fused edge: the task of `a` calls `b`, without a queue |
/// | `(a, b) => c;` | fan-in |
/// | `a => (b, c);` | broadcast: each consumer gets a clone |
/// | `a.port => b;` | an edge from a named port |
/// | `a.failed => b;` | an edge from the port of every consumer for messages whose last attempt failed |
/// | `a.undelivered => b;` | an edge from the port of every consumer for messages that it accepted and had not handled at its end, see [`Slot::undelivered`](crate::Slot::undelivered) |
/// | `a => b with f;` | an edge with an adapter: `f`, a path or a closure, takes what `a` emits, and returns what `b` consumes, or an `Option` or a `Vec` of it |
/// | `a => _;` | the output is discarded |
/// | `a ~> b;` | a feedback edge: it never waits, so it may close a cycle; a message that finds no room is counted as unsent |
/// | `every("30s") => expr;` | a periodic callback |
/// | `after("5s") => expr;` | a callback that runs once |
/// | `cron("0 6 * * *") => expr;` | a callback at the times of a cron pattern, with the feature `cron` |
/// | `on_signal("SIGHUP") => expr;` | a callback that runs at a signal: `"SIGHUP"`, `"SIGUSR1"`, `"SIGUSR2"`, `"SIGWINCH"` or `"SIGQUIT"` |
/// | `on_startup => expr;` | runs before any worker starts; a failure here stops the start |
/// | `on_stopping => expr;` | runs at the begin of a stop, before any worker is asked to stop; see [The stop](#the-stop) |
/// | `on_shutdown => expr;` | runs when every worker has ended |
/// | `after_shutdown(exit) => expr;` | runs last, with the group's [`Exit`](crate::Exit); a failure here is in the exit that the program ends with |
///
/// `#[cfg(…)]` works on fields and statements.
///
/// # Callbacks
///
/// `every("30s", jitter = "5s") => expr;`, `after("5s") => expr;`, `cron("0 6 * * *") => expr;` and `on_signal("SIGHUP") => expr;` take options behind the
/// time or the signal:
///
/// | option | meaning | default |
/// | --- | --- | --- |
/// | `name = "…"` | its name in status, exit and log | the name of the function that it calls, or `every`, `after`, `cron` or `on_signal` |
/// | `jitter = "5s"` | the longest random time that is added to each wait; not for `on_signal` | none |
/// | `zone = "Europe/Berlin"` | the time zone of `cron`, as for a [`worker`](macro@crate::worker#times-of-the-day) | `"UTC"` |
/// | `missed = "once"` | what becomes of times of `cron` that pass while the callback runs: `"skip"` or `"once"` | `"skip"` |
/// | `on_error = "skip"` | what a failure does: `"stop"` stops the group, `"skip"` only logs it | `every`: the group's `restart`, or `"stop"`; others: `"skip"` |
///
/// An error and a panic of a callback are treated alike. Both are logged, and `on_error` decides what follows. An `every`
/// without `on_error` in a group with `restart` is a failed member like any other: the strategy restarts it.
///
/// A callback never overlaps itself. Signals that come while `on_signal` runs cause one more run together. It needs the
/// feature `process`, and never runs on systems other than Unix; see [`Callback::on_signal`](crate::Callback::on_signal).
/// Here it reads a configuration again, which workers read from a `watch` channel of tokio:
///
/// ```
/// use fluid::{worker, workers};
/// use tokio::sync::watch;
///
/// # #[derive(Clone)] pub struct Config { greeting: String }
/// # impl Config { async fn read() -> Result<Self, std::io::Error> { Ok(Self { greeting: String::new() }) } }
/// #[worker(heartbeat = "1s")]
/// async fn greet(config: watch::Receiver<Config>) {
///     println!("{}", config.borrow().greeting);
/// }
///
/// async fn reload(config: &watch::Sender<Config>) -> Result<(), std::io::Error> {
///     config.send_replace(Config::read().await?);
///     Ok(())
/// }
///
/// workers! {
///     struct Service(config: watch::Sender<Config>) {
///         greet: Greet { config: config.subscribe() },
///     }
///
///     on_signal("SIGHUP") => reload(&config).await;
/// }
/// # fn main() {}
/// ```
///
/// A callback may `.await`, and returns `()`, a `Result`, or never. The resources are in scope by name, and `group`
/// is the handle of the group. No other local is in scope. A callback may use `?`. If its code then has no value of its own, it returns
/// `Ok(())`:
///
/// ```
/// # use fluid::{worker, workers};
/// # #[worker(heartbeat = "1s")]
/// # async fn poll() {}
/// # workers! { struct Some { poll: Poll }
/// every("30s") => {
///     let load = std::fs::read_to_string("/proc/loadavg")?;
///     println!("{load}");
/// };
/// # }
/// ```
///
/// # The stop
///
/// A stop has up to five steps, all within the grace period:
///
/// 1. The `on_stopping` hooks run. Sources go on, and messages from outside are accepted.
/// 2. Sources and callbacks are asked to stop, and messages from outside are refused. An [`Ingress`](crate::Ingress) is told
///    now, and admits what is in flight.
/// 3. Each consumer is asked when all that feeds it has ended, and handles what is left in its queue.
/// 4. When all others have ended, the workers with `#[worker(stop = "last")]` on their field are asked, in the order of their
///    edges. Until then they run as before: such a consumer accepts messages from outside.
/// 5. `on_shutdown` and `after_shutdown` run.
///
/// When the grace period is over, or at a second signal, everything that is left is forced to end.
///
/// ```
/// # use fluid::{Context, worker, workers};
/// # pub struct Registry;
/// # impl Registry { async fn leave(&self) {} }
/// # #[worker(heartbeat = "1s")]
/// # async fn poll() {}
/// # #[worker]
/// # async fn serve_health(ctx: &Context) { ctx.stopping().await }
/// workers! {
///     #[workers(grace = "25s")]
///     struct Service(registry: Registry) {
///         poll: Poll,
///         /// Answers while the others drain.
///         #[worker(stop = "last")]
///         health: ServeHealth,
///     }
///
///     on_stopping => {
///         registry.leave().await;
///         // Load balancers still route to this instance for a while.
///         tokio::time::sleep(std::time::Duration::from_secs(5)).await;
///     };
/// }
/// # fn main() {}
/// ```
///
/// A worker that stops last feeds only workers that stop last too. A worker behind a fused edge stops with the worker that
/// calls it. A nested group may stop last, as a whole. A worker that stops last in a nested group is the last of that group.
/// See [`Workers::on_stopping`](crate::Workers::on_stopping) and [`StopOrder`](crate::StopOrder).
///
/// # Fused edges
///
/// The worker behind `->` is a `#[consumer]` that no other edge feeds and that is not `pub`, since a fused edge has
/// no queue. The worker before `->` is a `#[worker]` or `#[consumer]` whose return value goes nowhere else. A chain
/// such as `read -> parse -> filter => store` runs in the task of `read`, as if the functions called each other.
///
/// Each worker of a chain keeps its own state, counts, options, errors and exit, and its place in pictures. A failure
/// belongs to the worker whose call failed, and the policy of that worker handles it: the call is skipped, or the
/// worker is restarted while the rest of the chain waits, or the worker ends and the group stops. A stop of one
/// worker stops the whole chain, from its head on. A call that blocks its thread blocks the whole chain.
/// `capacity` and `overflow` have no meaning behind `->`.
///
/// A chain has at most 15 workers. Its type contains the types of all its calls, so the time to compile it grows with
/// each worker, to about half a minute at 15. The compiler takes no longer one: write `=>` between two chains.
///
/// # Adapters
///
/// `with` works on every kind of edge. The resources are in scope by name. The sending worker calls the adapter; if
/// the adapter panics, that worker fails. A message that the adapter returns waits for room like any other.
///
/// ```
/// # use fluid::{consumer, worker, workers};
/// # struct Units;
/// # impl Units { fn of(&self, degrees: f64) -> String { format!("{degrees} °C") } }
/// # #[worker(heartbeat = "1s")]
/// # async fn measure() -> f64 { 21.5 }
/// # #[consumer]
/// # async fn smooth(degrees: f64, mean: &mut f64) -> f64 { *mean += (degrees - *mean) / 8.0; *mean }
/// # #[consumer]
/// # async fn print(line: String) { println!("{line}") }
/// workers! {
///     struct Thermometer(units: Units) {
///         measure: Measure,
///         smooth: Smooth { mean: 20.0 },
///         print: Print,
///     }
///
///     measure -> smooth => print with |degrees| units.of(degrees);
/// }
/// ```
///
/// # What does not compile
///
/// These are errors:
///
/// - a consumer that no edge feeds and that is not `pub`,
/// - an output or a named port at which no edge starts, not even one to `_`,
/// - a cycle of edges that wait for each other.
///
/// A resource that no worker and no callback uses is a warning, unless its name begins with `_`.
///
/// # What it makes
///
/// `Numbers`, with `new`, `startup` and `scope`, and with the feature `process` also `run` and `main`, as
/// [`Workers`](crate::Workers) has them.
/// `NumbersHandle`, which has an accessor for each worker and derefs to [`GroupHandle`](crate::GroupHandle).
/// `Numbers` derefs to it, and `startup` returns it. The documentation of `Numbers` ends with a picture of the
/// group, a Mermaid flowchart.
pub use fluid_macros::workers;
