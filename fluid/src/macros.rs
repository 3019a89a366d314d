//! The macros, documented where they are used from.

/// Turns an async function into a worker.
///
/// The function stays what it is: callable, testable, with no runtime in sight. Beside it the macro adds
/// a struct of the function's name in camel case, of the same visibility, generics, docs and `cfg`s,
/// which implements [`Worker`](crate::Worker). Parameters become its fields; the return value becomes
/// its output.
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
/// # let exit =
/// running.shutdown().await;
/// # assert!(exit.is_success());
/// # Ok(())
/// # }
/// ```
///
/// With a `heartbeat` the function is called at each beat, for the first time as soon as the worker runs. Without one
/// it is called once: its body is the loop, and `&Context` tells it when to stop. A stop that comes before the
/// first beat is the end, and there is none.
///
/// # Parameters
///
/// How a parameter is read, from its type alone:
///
/// | parameter | meaning | field |
/// | --- | --- | --- |
/// | `&Context` | the worker's [`Context`](crate::Context) | none |
/// | `&Output<T>` | a named port, called like the parameter | none |
/// | `&T`, `T: ?Sized` | a shared resource | `Arc<T>` |
/// | `&mut T` | state that the worker owns | `T` |
/// | any other `T` | configuration, cloned for each call | `T` |
///
/// A type parameter that stands in no field (only in the message, a port or the output) is mentioned by
/// one field more, `marker`. Every type parameter must be `Send + Sync + 'static`.
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
/// Read from how they are written: `()` emits nothing; `T` emits one; `Option<T>` none or one; `Vec<T>`
/// each; and each of them in a `Result<_, E>`, where `E` converts into [`Error`](crate::Error). A
/// `Result` must be written as one: an alias of another name would be taken for a message, which is
/// refused.
///
/// # Options
///
/// | option | meaning | default |
/// | --- | --- | --- |
/// | `heartbeat = "1s"` | the pause between two calls | called once |
/// | `pace = "rate"` | the heartbeat is the distance between the starts of two calls; beats that are missed are counted | `"delay"` |
/// | `jitter = "100ms"` | at most this is added to each pause, at random | none |
/// | `blocking` | for a function that is not `async`: it runs on a thread of its own, named like the worker | |
/// | `name = "…"` | its name in status, exit and log | the field's, or the function's |
/// | `grace = "3s"` | how long its stop may take, from when its turn comes | the group's |
/// | `timeout = "2s"` | how long one call may take | none |
/// | `stall = "30s"` | how long a call may give no sign of life | nobody looks |
/// | `on_stall = "restart"` | what that does: `"report"` it, or cut off the call and `"restart"` the worker | `"report"` |
/// | `on_error = "stop"` | what a failed call does: `"stop"` the group, `"skip"` the call, or `"restart"` the worker with new state after a backoff, see [`OnError`](crate::OnError) | the group's `restart`, or `"stop"` |
/// | `on_exit = "ignore"` | what its end does: `"stop"` the group, or `"ignore"` | `"stop"` |
///
/// Durations are checked when the macro runs. A call that times out is dropped where it awaits. One
/// that blocks its thread could not be, so `timeout` and `blocking` do not go together.
///
/// # Stalls
///
/// A `timeout` says how long one call may take; a `stall`, how long it may be silent. The beginning and the end of a
/// call are signs of life, and in between [`Context::beat`](crate::Context::beat), [`Context::sleep`](crate::Context::sleep)
/// and whatever is sent through a port. What waits for a message, for its next beat, in the pause before another attempt, or for
/// room downstream, lives: then it is another worker that may stall.
///
/// A stall is in the log, and [`Status`](crate::Status) shows it with the time since the last sign of life. With
/// `on_stall = "restart"` the call is cut off too, and has failed with [`Stalled`](crate::Stalled): a failed
/// attempt like any other. When none is left, the worker is restarted, whatever its `on_error` says, by the strategy of its
/// group and within its budget. See [`Options::stall`](crate::Options::stall) and [`OnStall`](crate::OnStall).
///
/// What blocks its thread cannot be cut off. The status says of it that it is `blocked`; it is restarted when it comes
/// back, and if it never does, the exit says that it was stuck.
///
/// ```
/// use fluid::{worker, Context, Output};
/// # pub struct Socket;
/// # impl Socket { async fn read(&self) -> Result<u64, std::io::Error> { Ok(1) } }
///
/// /// Begins anew if nothing comes for half a minute: the other end may be gone without a word.
/// #[worker(stall = "30s", on_stall = "restart", on_error = "restart")]
/// async fn read(ctx: &Context, socket: &Socket, numbers: &Output<u64>) -> Result<(), fluid::Error> {
///     while ctx.is_running() {
///         let number = socket.read().await?;
///         ctx.beat();
///         numbers.send(number).await?;
///     }
///     Ok(())
/// }
/// ```
pub use fluid_macros::worker;

/// Turns an async function into a consumer: a worker with a queue, called for each message.
///
/// Everything that [`worker`] says of parameters, return types and options holds, but for the
/// heartbeat and its like; and the first parameter that is taken by value is the message.
///
/// ```
/// use fluid::{consumer, Output, Worker};
///
/// /// Parses numbers; what is none leaves by the port `rejected`.
/// #[consumer(capacity = 64)]
/// async fn parse(text: String, rejected: &Output<String>) -> Option<i64> {
///     match text.parse() {
///         Ok(number) => Some(number),
///         Err(_) => {
///             // An error here means that whatever is behind the port has ended.
///             let _ = rejected.send(text).await;
///             None
///         }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // The function is still a function …
/// assert_eq!(parse("7".to_owned(), &Output::new()).await, Some(7));
///
/// // … and the struct is a worker, alone or in a group.
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
/// | `capacity = 64` | how many messages may wait; `"unbounded"` must be asked for | 1024 |
/// | `overflow = "drop_oldest"` | what a full queue does: `"wait"`, `"drop_newest"` or `"drop_oldest"` | `"wait"` |
///
/// | `concurrency = 4` | how many *lanes* handle messages at the same time, each with state of its own | 1 |
/// | `partition_by = \|tick\| &tick.symbol` | which messages belong together: those of one key go to one lane, in their order, and never overlap | none: lanes compete |
/// | `batch = 500` | the function takes a `Vec` of up to so many messages | |
/// | `linger = "50ms"` | how long the first message of a batch waits for others | until it is full |
/// | `batch_weight = \|line\| line.len()` with `max_weight = 65536` | how much a batch weighs at most | no limit |
/// | `retry = 3` | how often a call that fails is made again | 0 |
/// | `backoff = "100ms..5s"` | the pause before that: at most the first, doubled each time up to the last, with full jitter | `"100ms..5s"` |
/// | `retry_if = \|error\| error.is_timeout()` | after which errors it is made again | all |
/// | `on_lost = "ignore"` | what it means that messages failed for good and left by no port `failed`: `"fail"`, the exit code is 2, or `"ignore"`, see [`OnLost`](crate::OnLost) | `"fail"` |
///
/// | `rate = "100/s"` | how often the function is called at most, by all lanes together; needs the feature `rate` | no limit |
/// | `burst = 10` | how many calls may be made at once after a time of none | 1 |
///
/// and `blocking`, `name`, `grace`, `timeout`, `stall`, `on_stall`, `on_error` and `on_exit`, as for [`worker`].
///
/// # Lanes
///
/// With `concurrency` the worker is built once for each lane, so each has its own state; resources are shared. With
/// `partition_by` each lane has a queue of its own, with its share of the capacity, and a key that is slow
/// holds up only its own lane, until that one's share is full: then whoever feeds it waits, and with it the other
/// lanes. So give room for what comes while a slow key is handled. Without `partition_by`, all take from one queue,
/// whoever is free. A failure that is neither
/// tried again nor skipped ends the lives of all lanes: the others finish what they have in hand, and a
/// restart builds all of them anew.
///
/// # Batches
///
/// With `batch` the function takes a `Vec`. A batch is handed over when it is full, when it has lingered, when
/// its queue has no room for more, and at the end. With `partition_by` each batch holds messages of one key.
/// A restart keeps what is being gathered.
///
/// # Retries
///
/// With `retry` each message is cloned before its call, and a call that fails is made again after a pause,
/// while later messages of the same lane wait. [`Context::attempt`](crate::Context::attempt) says which
/// attempt it is. When none is left, or `retry_if` says no, the message leaves by the port `failed`, as
/// [`Failed`](crate::Failed), if the group wires that (`store.failed => dead_letters;`); else `on_error`
/// decides, and the message is lost: the exit code is then 2, unless `on_lost = "ignore"` says that this is
/// expected. A batch is tried again as a whole, and each of its messages given up for itself. A stop ends all
/// pauses: the attempts that are left are made at once.
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
/// /// Charges customers, several at a time, but each one's orders one after the other.
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
/// # What becomes of a message
///
/// A send is accepted, or refused with the message given back. What was accepted is counted as done,
/// failed, dropped (by the overflow policy) or undelivered (when the worker had to end), and the exit
/// holds all of these [`Counts`](crate::Counts).
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
/// // At least the 4; and one more of each beat until the stop.
/// assert!(exit.worker("store").unwrap().counts().unwrap().done >= 1);
/// # Ok(())
/// # }
/// ```
///
/// # The head
///
/// Like a struct's: attributes, visibility, name, generics, and in parentheses the *resources*. They
/// become the parameters of `new`, each as its type or an `Arc` of it, and are shared with workers
/// and callbacks. `#[workers(…)]` sets the group's options:
///
/// | option | meaning | default |
/// | --- | --- | --- |
/// | `name = "…"` | its name in status, exit and log | the struct's |
/// | `grace = "10s"` | how long its stop may take | see [`Workers::grace`](crate::Workers::grace) |
/// | `restart = "one_for_one"` | who is restarted when a worker has failed that does not say itself what that does: the one, all (`"one_for_all"`), or the one and all downstream of it (`"rest_for_one"`); see [`Restart`](crate::Restart) | nobody: the group stops |
/// | `max_restarts = 5` | how many restarts there may be before the group fails … | 5 |
/// | `within = "30s"` | … in so much time | 30 s |
/// | `backoff = "100ms..5s"` | the first and the longest pause before a restart; a single duration is both | 100 ms, doubled up to 5 s |
///
/// ```
/// # use fluid::{consumer, worker, workers};
/// # #[worker(heartbeat = "1s")]
/// # async fn poll() -> Result<u64, std::io::Error> { Ok(1) }
/// # #[consumer]
/// # async fn store(number: u64) -> Result<(), std::io::Error> { Ok(()) }
/// workers! {
///     /// If `poll` fails, both begin anew; if `store` fails, only it does.
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
/// | `store: Store { db, size: 8 }` | a worker, made by its own struct literal |
/// | `print: Print` | one without fields |
/// | `feed: Feed = Feed::open(db)` | anything that is made by an expression: a worker written by hand, or another group |
///
/// The shorthand `{ db }` gives a `&T` parameter the resource `db` itself, shared; and a parameter by
/// value, or the state of a `&mut` parameter, a clone of it, which is the worker's own. Everything else is
/// an expression, in which the resources are in scope as `Arc`s, and which is evaluated anew at each
/// restart. (A nested group is made once; its workers are made anew.) `pub` on a consumer means that messages may come from outside: its accessor can send.
/// `#[worker(…)]` or `#[consumer(…)]` on a field overrides the function's options.
///
/// # The statements
///
/// | statement | meaning |
/// | --- | --- |
/// | `a => b => c;` | edges: what `a` emits is queued for `b`, and so on |
/// | `a -> b;` | a fused edge: `a` calls `b` in its own task; no queue, no wake-up, no copy |
/// | `(a, b) => c;` | fan-in |
/// | `a => (b, c);` | broadcast: each gets a clone |
/// | `a.port => b;` | an edge from a named port |
/// | `a.failed => b;` | an edge from the port that every consumer has for the messages it gave up on |
/// | `a => b with f;` | the edge adapts: `f`, a path or a closure, takes what `a` emits and gives what `b` consumes, or an `Option` or a `Vec` of it |
/// | `a => _;` | the output is thrown away, on purpose |
/// | `a ~> b;` | a feedback edge: it never waits, so it may close a circle; what finds no room is unsent |
/// | `every("30s", jitter = "5s") => expr;` | a periodic callback; also `name`, and `on_error = "skip"` |
/// | `after("5s") => expr;` | a callback that runs once |
/// | `on_startup => expr;` | before any worker starts; a failure here stops the start |
/// | `on_shutdown => expr;` | when every worker has ended |
/// | `after_shutdown(exit) => expr;` | last, with the group's [`Exit`](crate::Exit), which was written before: a failure here is in the one that the program ends with |
///
/// In a callback the resources are in scope by name, and so is `group`, the group's handle, and nothing
/// else of what surrounds the macro but items; it may `.await`, and returns `()` or a `Result`. One that uses
/// `?` is a block that says what error it returns:
///
/// ```
/// # use fluid::{worker, workers};
/// # #[worker(heartbeat = "1s")]
/// # async fn poll() {}
/// # workers! { struct Some { poll: Poll }
/// every("30s") => {
///     let load = std::fs::read_to_string("/proc/loadavg")?;
///     println!("{load}");
///     Ok::<(), fluid::Error>(())
/// };
/// # }
/// ```
///
/// `#[cfg(…)]` works on fields and statements.
///
/// # Fused edges
///
/// Behind `->` stands a `#[consumer]` that this edge alone feeds: it has no queue, and what comes from outside
/// or from a second edge needs one. Before it stands a `#[worker]` or `#[consumer]` whose return value goes
/// nowhere else. A chain such as `read -> parse -> filter => store` runs in the task of `read`, as if the
/// functions called each other.
///
/// Yet each is a worker: with its state, its counts, its options, its errors, its exit, and its place in
/// pictures. A failure is that of the worker in whose call it happens, and its own policy answers it: it is
/// skipped, or the worker is restarted while the others of its chain wait, or it ends and the group stops. To
/// stop one of a chain is to stop the chain, from its head on. A call that blocks its thread holds up the
/// whole chain. `capacity` and `overflow` mean nothing here.
///
/// # Adapters
///
/// `with` works on every kind of edge. The resources are in scope by name. An adapter is called by the
/// worker that sends; if it panics, that one fails. What it gives waits for room like any other message.
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
/// What is missing is an error: a consumer that no edge feeds and that is not `pub`; an output or a named port
/// at which no edge starts, not even to `_`; edges that wait for each other in a circle. A resource that no
/// worker and no callback uses is a warning, unless its name begins with `_`.
///
/// # What it makes
///
/// `Numbers`, with `new`, `startup`, `scope`, `run` and `main`, as [`Workers`](crate::Workers) has them;
/// and `NumbersHandle`, which both the group and its running form give, with an accessor for each worker
/// and all of [`GroupHandle`](crate::GroupHandle). The documentation of `Numbers` ends with its picture, as a
/// Mermaid flowchart.
pub use fluid_macros::workers;
