//! Workers whose bodies are closures, so that a test shows all that it depends on.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fluid::__private::run;
use fluid::{
    Context, Error, Exit, Options, Slot, Worker, Workers,
    by_hand::{EachBeat, EachMessage, Io, Nothing, Stage},
};

pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type Run<M, O> =
    dyn for<'a> FnMut(&'a Context, &'a mut Io<Body<M, O>>) -> Boxed<'a, Result<(), Error>> + Send;

/// A worker whose `run` is a closure.
pub(crate) struct Body<M: Send + 'static, O: Send + 'static>(Box<Run<M, O>>);

pub(crate) fn body<M, O>(
    run: impl for<'a> FnMut(&'a Context, &'a mut Io<Body<M, O>>) -> Boxed<'a, Result<(), Error>>
    + Send
    + 'static,
) -> Body<M, O>
where
    M: Send + 'static,
    O: Send + 'static,
{
    Body(Box::new(run))
}

impl<M: Send + 'static, O: Send + 'static> Worker for Body<M, O> {
    type Message = M;
    type Output = O;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        (self.0)(ctx, io).await
    }
}

/// A consumer that calls a closure for each message, as `#[consumer]` would.
pub(crate) struct Each<M, O, F>(F, PhantomData<fn(M) -> O>);

pub(crate) fn each<M, O, F, R>(call: F) -> Each<M, O, F>
where
    F: FnMut(M) -> R + Send + 'static,
    R: Future<Output = Result<Option<O>, Error>> + Send + 'static,
{
    Each(call, PhantomData)
}

impl<M, O, F, R> Worker for Each<M, O, F>
where
    M: Send + 'static,
    O: Send + 'static,
    F: FnMut(M) -> R + Send + 'static,
    R: Future<Output = Result<Option<O>, Error>> + Send + 'static,
{
    type Message = M;
    type Output = O;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        run(self, ctx, io).await
    }
}

impl<M, O, F, R> Stage for Each<M, O, F>
where
    M: Send + 'static,
    O: Send + 'static,
    F: FnMut(M) -> R + Send + 'static,
    R: Future<Output = Result<Option<O>, Error>> + Send + 'static,
{
    type Input = M;
    type Emission = Option<O>;
    type Calls = EachMessage;

    fn call(
        &mut self,
        message: M,
        _: &Context,
        (): &(),
    ) -> impl Future<Output = Result<Option<O>, Error>> + Send {
        (self.0)(message)
    }
}

/// A worker that calls a closure at each beat, or once if it has no heartbeat, as `#[worker]` would.
pub(crate) struct Beat<O, F>(F, PhantomData<fn() -> O>);

pub(crate) fn beats<O, F, R>(call: F) -> Beat<O, F>
where
    F: FnMut() -> R + Send + 'static,
    R: Future<Output = Result<Vec<O>, Error>> + Send + 'static,
{
    Beat(call, PhantomData)
}

impl<O, F, R> Worker for Beat<O, F>
where
    O: Send + 'static,
    F: FnMut() -> R + Send + 'static,
    R: Future<Output = Result<Vec<O>, Error>> + Send + 'static,
{
    type Message = Nothing;
    type Output = O;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        run(self, ctx, io).await
    }
}

impl<O, F, R> Stage for Beat<O, F>
where
    O: Send + 'static,
    F: FnMut() -> R + Send + 'static,
    R: Future<Output = Result<Vec<O>, Error>> + Send + 'static,
{
    type Input = ();
    type Emission = Vec<O>;
    type Calls = EachBeat;

    fn call(
        &mut self,
        (): (),
        _: &Context,
        (): &(),
    ) -> impl Future<Output = Result<Vec<O>, Error>> + Send {
        (self.0)()
    }
}

/// Emits the numbers below `to` in one call, as a `#[worker]` that returns a `Vec`.
pub(crate) struct Burst {
    pub(crate) to: u64,
}

impl Worker for Burst {
    type Message = Nothing;
    type Output = u64;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        run(self, ctx, io).await
    }
}

impl Stage for Burst {
    type Input = ();
    type Emission = Vec<u64>;
    type Calls = EachBeat;

    async fn call(&mut self, (): (), _: &Context, (): &()) -> Result<Vec<u64>, Error> {
        Ok((0..self.to).collect())
    }
}

/// Waits for its stop.
pub(crate) fn idle() -> Body<Nothing, Nothing> {
    body(|ctx, _| {
        Box::pin(async {
            ctx.stopping().await;
            Ok(())
        })
    })
}

/// Emits the numbers below `to`, one each `pause`, and then waits for the stop.
pub(crate) fn count(to: u64, pause: Duration) -> Body<Nothing, u64> {
    body(move |ctx, io| {
        Box::pin(async move {
            for number in 0..to {
                if !ctx.is_running() {
                    break;
                }
                // The refusing consumer counts a refused message.
                let _ = io.output.send(number).await;
                if !pause.is_zero() {
                    ctx.sleep(pause).await;
                }
            }
            ctx.stopping().await;
            Ok(())
        })
    })
}

/// The call of a consumer, boxed so that its type can be named.
pub(crate) type Call<M, O> = Box<dyn FnMut(M) -> Boxed<'static, Result<Option<O>, Error>> + Send>;

pub(crate) fn boxed<M, O>(
    call: impl FnMut(M) -> Boxed<'static, Result<Option<O>, Error>> + Send + 'static,
) -> Each<M, O, Call<M, O>>
where
    M: Send + 'static,
    O: Send + 'static,
{
    each(Box::new(call) as Call<M, O>)
}

/// Takes `pause` for each message.
pub(crate) fn sink<M: Send + 'static>(pause: Duration) -> Each<M, Nothing, Call<M, Nothing>> {
    boxed(move |message: M| {
        Box::pin(async move {
            tokio::time::sleep(pause).await;
            drop(message);
            Ok(None)
        })
    })
}

/// Takes `pause` for each message, and emits it.
pub(crate) fn pass<M: Send + 'static>(pause: Duration) -> Each<M, M, Call<M, M>> {
    boxed(move |message: M| {
        Box::pin(async move {
            tokio::time::sleep(pause).await;
            Ok(Some(message))
        })
    })
}

/// Adds a worker by value, under a name.
pub(crate) fn put<W: Worker>(workers: &mut Workers, name: &'static str, worker: W) -> Slot<W> {
    put_with(workers, name, Options::new(), worker)
}

/// Adds a worker by value, under a name and with options.
pub(crate) fn put_with<W: Worker>(
    workers: &mut Workers,
    name: &'static str,
    options: Options,
    worker: W,
) -> Slot<W> {
    let mut worker = Some(worker);
    workers.add_with(name, options, move || worker.take().expect("built once"))
}

/// A group with a grace period that does not depend on the environment.
pub(crate) fn group() -> Workers {
    Workers::new("group").grace(Duration::from_secs(10))
}

pub(crate) const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Notes of a test, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Takes this long to start, and then waits for its stop.
pub(crate) struct SlowStart(pub(crate) Duration);

impl Worker for SlowStart {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        tokio::time::sleep(self.0).await;
        Ok(())
    }

    async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        ctx.stopping().await;
        Ok(())
    }
}

/// Every consumer at or below `exit` accounts for every message.
pub(crate) fn assert_conserved(exit: &Exit) {
    if let Some(counts) = exit.counts() {
        assert!(counts.conserved(), "{}: {counts:?}\n{exit}", exit.name());
    }
    exit.workers().iter().for_each(assert_conserved);
}

/// The counts of the consumer at `path`: accepted, done, failed, dropped, undelivered.
pub(crate) fn counts(exit: &Exit, path: &str) -> [u64; 5] {
    let worker = exit
        .worker(path)
        .unwrap_or_else(|| panic!("no {path} in {exit}"));
    let counts = worker.counts().expect("a consumer");
    [
        counts.accepted,
        counts.done,
        counts.failed,
        counts.dropped,
        counts.undelivered,
    ]
}
