//! What the macros make of a function: one implementation, from which those of [`Worker`] and of [`Stage`]
//! follow. What is the same for every function is compiled here, once, and not in each user's crate.

use std::future::Future;

use crate::error::Error;
use crate::graph::Form;
use crate::node::context::Context;
use crate::options::Options;
use crate::worker::handle_message::Copy;
use crate::worker::loops::{Calls, Takes, run};
use crate::worker::stage::Stage;
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
    /// See [`Worker::Message`].
    type Message: Send + 'static;

    /// See [`Worker::Ports`].
    type Ports: Ports;

    /// See [`Worker::OPTIONS`].
    const OPTIONS: Options = Options::new();

    /// See [`Worker::KEY`].
    const KEY: Option<fn(&Self::Message) -> u64> = None;

    /// See [`Worker::COPY`].
    const COPY: Option<Copy<Self::Message>> = None;

    /// See [`Worker::WEIGHT`].
    const WEIGHT: Option<fn(&Self::Message) -> usize> = None;

    /// See [`Worker::FORM`].
    const FORM: Form = Form::UNKNOWN;

    /// See [`Stage::Emission`]. What it iterates over is the worker's [`Output`](Worker::Output).
    type Emission: IntoIterator<Item: Send + 'static, IntoIter: Send> + Send;

    /// See [`Stage::Calls`]. It says what a call is given, too.
    type Calls: Calls<Self> + Takes<Self::Message>;

    /// See [`Stage::call`].
    fn call(
        &mut self,
        input: Taken<Self>,
        ctx: &Context,
        ports: &Self::Ports,
    ) -> impl Call<Self> + Send;
}

/// What a call of the function is given.
pub type Taken<F> = <<F as Function>::Calls as Takes<<F as Function>::Message>>::Input;

/// What a call of the function returns.
pub type Called<F> = Result<<F as Function>::Emission, Error>;

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
    type Message = F::Message;
    type Output = <F::Emission as IntoIterator>::Item;
    type Ports = F::Ports;
    const OPTIONS: Options = F::OPTIONS;
    const KEY: Option<fn(&F::Message) -> u64> = F::KEY;
    const COPY: Option<Copy<F::Message>> = F::COPY;
    const WEIGHT: Option<fn(&F::Message) -> usize> = F::WEIGHT;
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
    type Calls = F::Calls;

    fn call(
        &mut self,
        input: Taken<F>,
        ctx: &Context,
        ports: &F::Ports,
    ) -> impl Future<Output = Called<F>> + Send {
        Function::call(self, input, ctx, ports)
    }
}
