//! The trait that the macros implement for a function. [`Worker`] and [`Stage`] are implemented for each type that
//! implements it, so the code that is the same for all functions is written here and not in each expansion.

use std::future::Future;
use std::marker::PhantomData;

use crate::error::Error;
use crate::graph::Form;
use crate::node::context::Context;
use crate::options::Options;
use crate::state::Nothing;
use crate::worker::attempt::Copy;
use crate::worker::loops::{EachBatch, EachBeat, EachMessage, run};
use crate::worker::stage::{Calls, Sealed, Stage};
use crate::worker::{Io, Ports, Worker};

/// A function that is a worker: what `#[worker]` and `#[consumer]` implement for the struct they make of it. It is
/// a [`Worker`] and a [`Stage`] by that.
///
/// ```
/// use fluid::by_hand::Function;
///
/// #[fluid::worker(heartbeat = "1s")]
/// async fn poll() -> u64 {
///     7
/// }
///
/// fn name_of<F: Function>(_: &F) -> &'static str {
///     std::any::type_name::<F>()
/// }
///
/// assert!(name_of(&Poll).ends_with("Poll"));
/// ```
pub trait Function: Send + Sized + 'static {
    /// What one call takes: [`PerBeat`], [`PerMessage`] or [`PerBatch`], with the named ports.
    type Input: FunctionInput<Message: Send + 'static, Calls: Calls<Self>>;

    /// See [`Stage::Emission`]. Its items are the worker's [`Output`](Worker::Output).
    type Emission: IntoIterator<Item: Send + 'static, IntoIter: Send> + Send;

    /// See [`Worker::OPTIONS`].
    const OPTIONS: Options = Options::new();

    /// See [`Worker::KEY`].
    const KEY: Key<Self> = None;

    /// See [`Worker::COPY`].
    const COPY: Copying<Self> = None;

    /// See [`Worker::WEIGHT`].
    const WEIGHT: Weight<Self> = None;

    /// See [`Worker::BUILD_LANE`].
    const BUILD_LANE: Option<fn(&Self) -> Self> = None;

    /// See [`Worker::FORM`].
    const FORM: Form = Form::UNKNOWN;

    /// See [`Stage::call`].
    fn call(
        &mut self,
        input: Taken<Self>,
        ctx: &Context,
        ports: &PortsOf<Self>,
    ) -> impl Call<Self> + Send;
}

/// What one call of a [`Function`] takes: [`PerBeat`], [`PerMessage`] or [`PerBatch`].
pub trait FunctionInput: Sealed {
    /// See [`Worker::Message`].
    type Message;

    /// See [`Worker::Ports`].
    type Ports: Ports;

    /// See [`Stage::Input`].
    type Taken;

    /// See [`Stage::Calls`].
    type Calls;
}

/// A call takes nothing: the function of a `#[worker]`.
#[derive(Debug)]
pub struct PerBeat<P = ()>(PhantomData<P>);

impl<P> Sealed for PerBeat<P> {}

impl<P: Ports> FunctionInput for PerBeat<P> {
    type Message = Nothing;
    type Ports = P;
    type Taken = ();
    type Calls = EachBeat;
}

/// A call takes a message: the function of a `#[consumer]`.
#[derive(Debug)]
pub struct PerMessage<M, P = ()>(PhantomData<(M, P)>);

impl<M, P> Sealed for PerMessage<M, P> {}

impl<M, P: Ports> FunctionInput for PerMessage<M, P> {
    type Message = M;
    type Ports = P;
    type Taken = M;
    type Calls = EachMessage;
}

/// A call takes a batch of messages: the function of a `#[consumer]` with the option `batch`.
#[derive(Debug)]
pub struct PerBatch<M, P = ()>(PhantomData<(M, P)>);

impl<M, P> Sealed for PerBatch<M, P> {}

impl<M, P: Ports> FunctionInput for PerBatch<M, P> {
    type Message = M;
    type Ports = P;
    type Taken = Vec<M>;
    type Calls = EachBatch;
}

/// The messages of a function.
pub(crate) type MessageOf<F> = <<F as Function>::Input as FunctionInput>::Message;

/// The named ports of a function.
pub type PortsOf<F> = <<F as Function>::Input as FunctionInput>::Ports;

/// What a call of a function takes.
pub(crate) type Taken<F> = <<F as Function>::Input as FunctionInput>::Taken;

/// What a call of a function returns.
pub type Called<F> = Result<<F as Function>::Emission, Error>;

/// The key of a message, if the function has one.
pub type Key<F> = Option<fn(&MessageOf<F>) -> u64>;

/// How a message of the function is cloned, if it may be retried.
pub type Copying<F> = Option<Copy<MessageOf<F>>>;

/// The weight of a message, if the function has a limit for the weight of a batch.
pub type Weight<F> = Option<fn(&MessageOf<F>) -> usize>;

/// The future of a call of a [`Function`]: every future that gives what a call gives. There is nothing to implement.
///
/// ```
/// use fluid::{by_hand::{Call, Function}};
///
/// fn is_a_call<F: Function>(call: impl Call<F>) -> impl Call<F> {
///     call
/// }
/// ```
pub trait Call<F: Function>: Future<Output = Called<F>> {}

#[diagnostic::do_not_recommend]
impl<F: Function, C: Future<Output = Called<F>>> Call<F> for C {}

#[diagnostic::do_not_recommend]
impl<F: Function> Worker for F {
    type Message = MessageOf<F>;
    type Output = <F::Emission as IntoIterator>::Item;
    type Ports = PortsOf<F>;
    const OPTIONS: Options = F::OPTIONS;
    const KEY: Key<F> = F::KEY;
    const COPY: Copying<F> = F::COPY;
    const WEIGHT: Weight<F> = F::WEIGHT;
    const BUILD_LANE: Option<fn(&F) -> F> = F::BUILD_LANE;
    const FORM: Form = F::FORM;

    fn run(
        &mut self,
        ctx: &Context,
        io: &mut Io<Self>,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        run(self, ctx, io)
    }
}

#[diagnostic::do_not_recommend]
impl<F: Function> Stage for F {
    type Input = Taken<F>;
    type Emission = F::Emission;
    type Calls = <F::Input as FunctionInput>::Calls;

    fn call(
        &mut self,
        input: Taken<F>,
        ctx: &Context,
        ports: &PortsOf<F>,
    ) -> impl Future<Output = Called<F>> + Send {
        Function::call(self, input, ctx, ports)
    }
}
