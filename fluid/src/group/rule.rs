//! The rules about the two ends of an edge: both are workers, and the first one emits.
//!
//! `workers!` calls the method of [`HasNoSlot`] on the slot of a field, and it returns the slot if the rule holds. The
//! slot of a worker without output has an inherent method of the same name, which is found first and fails.

use std::future::Future;

use crate::error::Error;
use crate::group::edge::{EdgeStart, OutputStart, PortStart};
use crate::group::resources::Resources;
use crate::group::slot::{Member, MemberSlot, MessageOf, Slot};
use crate::group::workers::Workers;
use crate::options::Options;
use crate::queue::Output;
use crate::queue::adapter::{Adapt, Straight};
use crate::rules::{Adapted, IsAdaptedTo, Other, Unchanged};
use crate::state::Nothing;
use crate::worker::Worker;
use crate::worker::attempt::Failed;
use crate::worker::downstream::{Downstream, PortOutput};
use crate::worker::stage::Stage;

/// The slot of a worker.
#[diagnostic::on_unimplemented(
    message = "no edge starts or ends at a group",
    label = "this is a group, which has no queue and no output of its own",
    note = "draw the edge inside that group, from one worker to another\nwhat comes from outside of it is sent to one of its `pub` consumers, with the group's handle"
)]
pub trait IsSlot {
    /// The type of the worker.
    type Worker: Worker;

    /// The slot, at which an edge ends.
    #[doc(hidden)]
    fn slot(&self) -> &Slot<Self::Worker>;
}

#[diagnostic::do_not_recommend]
impl<W: Worker> IsSlot for Slot<W> {
    type Worker = W;

    fn slot(&self) -> &Self {
        self
    }
}

/// The slot of a member that may be built asynchronously, or fail to be built.
#[diagnostic::on_unimplemented(
    message = "a group is made before it starts: its initialiser can neither `.await` nor use `?`",
    label = "this is a group, and not a worker",
    note = "await in the initialiser of the worker inside that group which needs the value\nor make the value before `new`, and pass it to the constructor as a resource"
)]
pub trait IsBuiltAtTheStart: MemberSlot {
    /// Adds the member that the future of `build` makes to `workers`. Its options are merged into those of its type.
    #[doc(hidden)]
    fn add_async<M, F>(
        workers: &mut Workers,
        name: &str,
        options: Options,
        build: impl FnMut() -> F + Send + 'static,
    ) -> Self
    where
        M: Member<Slot = Self>,
        F: Future<Output = Result<M, Error>> + Send + 'static;

    /// Adds the member that `make` makes from resources.
    #[doc(hidden)]
    fn add_async_from<M, R, F>(
        workers: &mut Workers,
        name: &str,
        options: Options,
        resources: R,
        make: fn(R::Owned) -> F,
    ) -> Self
    where
        M: Member<Slot = Self>,
        R: Resources,
        F: Future<Output = Result<M, Error>> + Send + 'static,
    {
        let resources = resources.owned();
        Self::add_async(workers, name, options, move || make(resources.clone()))
    }

    /// Adds the member that `make` makes once, from resources and from what moves into it.
    #[doc(hidden)]
    fn add_async_moved<M, R, T, F>(
        workers: &mut Workers,
        name: &str,
        options: Options,
        resources: R,
        moved: T,
        make: fn(R::Owned, T) -> F,
    ) -> Self
    where
        M: Member<Slot = Self>,
        R: Resources,
        T: Send + 'static,
        F: Future<Output = Result<M, Error>> + Send + 'static,
    {
        let (resources, mut moved) = (resources.owned(), Some(moved));
        let slot = Self::add_async(workers, name, options, move || {
            let moved = moved.take().expect("it is built once");
            make(resources.clone(), moved)
        });
        slot.build_once();
        slot
    }
}

#[diagnostic::do_not_recommend]
impl<W: Worker> IsBuiltAtTheStart for Slot<W> {
    fn add_async<M, F>(
        workers: &mut Workers,
        name: &str,
        options: Options,
        mut build: impl FnMut() -> F + Send + 'static,
    ) -> Self
    where
        M: Member<Slot = Self>,
        F: Future<Output = Result<M, Error>> + Send + 'static,
    {
        workers.add_async(name, options, move || {
            let building = build();
            async move { building.await.map(M::into_member) }
        })
    }
}

/// Implemented for every type, whether it is a slot or not.
#[doc(hidden)]
pub trait HasNoSlot {
    /// Returns the slot, from which an edge starts.
    fn starts_an_edge(&self) -> &Slot<Self::Worker>
    where
        Self: IsSlot,
    {
        self.slot()
    }

    /// The start of an edge at the port `undelivered`.
    fn undelivered_messages(&self) -> PortStart<'_, Self::Worker, <Self::Worker as Worker>::Message>
    where
        Self: IsSlot,
    {
        self.slot().undelivered()
    }
}

impl<T> HasNoSlot for T {}

/// A bound on the worker's type that fails if the worker is no consumer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no consumer, and has no port `undelivered`",
    label = "only a consumer has messages that it accepted and did not handle",
    note = "the port `undelivered` is the port of a `#[consumer]`"
)]
pub trait HasUndelivered<S> {}

#[diagnostic::do_not_recommend]
impl HasUndelivered<()> for Nothing {}

impl<W: Worker<Message = Nothing>> Slot<W> {
    // As for `starts_an_edge`.
    #[rustfmt::skip]
    #[doc(hidden)]
    pub fn undelivered_messages<S: Worker, T: Send + 'static>(&self) -> PortStart<'_, S, T> where W: HasUndelivered<S> {
        unreachable!("no worker implements `HasUndelivered`")
    }
}

/// A bound on the worker's type that fails if the worker emits nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` emits nothing",
    label = "no edge starts at a worker that emits nothing",
    note = "let its function return what is to be sent over the edge"
)]
pub trait Emits<S> {}

#[diagnostic::do_not_recommend]
impl Emits<()> for Nothing {}

impl<W: Worker<Output = Nothing>> Slot<W> {
    // The return type is generic, so that the compiler reports no further errors about it. The signature stands on
    // one line, because the compiler prints all of its lines.
    #[rustfmt::skip]
    #[doc(hidden)]
    pub fn starts_an_edge<S: Worker>(&self) -> &Slot<S> where W: Emits<S> {
        unreachable!("no worker implements `Emits`")
    }
}

/// The message type of an edge is the message type of its consumer.
#[diagnostic::on_unimplemented(
    message = "`{W}` does not consume `{Self}`",
    label = "this worker is sent `{Self}`, and consumes `{M}`",
    note = "the two ends of an edge must agree: let the worker before it emit `{M}`, or this one consume `{Self}`",
    note = "a worker that consumes `Nothing` takes messages if its function is a `#[consumer]`"
)]
pub trait IsConsumedBy<W, M, Kind = Unchanged>: Sized {
    #[doc(hidden)]
    fn agreed(output: &mut Output<Self>) -> &mut Output<M>;

    /// Draws a queued edge. `workers!` calls this method, because the compiler adds no note about its bound.
    #[doc(hidden)]
    fn connect<S>(workers: &mut Workers, from: S, to: &Slot<W>)
    where
        S: EdgeStart<Sent = Self, Kind = Kind>,
        W: Worker<Message = M>,
        M: Send + 'static,
        Self: IsAdaptedTo<W, M, Kind>,
    {
        workers.connect(from, to);
    }

    /// Draws a feedback edge.
    #[doc(hidden)]
    fn feedback<S>(workers: &mut Workers, from: S, to: &Slot<W>)
    where
        S: EdgeStart<Sent = Self, Kind = Kind>,
        W: Worker<Message = M>,
        M: Send + 'static,
        Self: IsAdaptedTo<W, M, Kind>,
    {
        workers.feedback(from, to);
    }
}

#[diagnostic::do_not_recommend]
impl<W, T> IsConsumedBy<W, T, Unchanged> for T {
    fn agreed(output: &mut Output<T>) -> &mut Output<T> {
        output
    }
}

#[diagnostic::do_not_recommend]
impl<W, T> IsConsumedBy<W, Other<T>, Unchanged> for T {
    fn agreed(_: &mut Output<T>) -> &mut Output<Other<T>> {
        unreachable!("no consumer consumes `Other`, which has no values")
    }
}

/// What an adapter returns is the matter of [`IsAdaptedTo`].
#[diagnostic::do_not_recommend]
impl<W, M, T> IsConsumedBy<W, M, Adapted> for T {
    fn agreed(_: &mut Output<T>) -> &mut Output<M> {
        unreachable!("an adapter stands in between")
    }
}

/// A message type that can be sent to several consumers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cloned, and is broadcast",
    label = "the same `{Self}` goes from here to several consumers",
    note = "let `{Self}` be `Clone`, or send it to one consumer alone"
)]
pub trait CanBeCopied: Sized {
    /// Lets an output send a clone over each of its edges.
    #[doc(hidden)]
    fn copies(output: &mut Output<Self>);

    /// Lets several edges start at an output or a port.
    #[doc(hidden)]
    fn broadcast<S: OutputStart<Emitted = Self>>(workers: &mut Workers, from: S) {
        workers.broadcast(from);
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone> CanBeCopied for T {
    fn copies(output: &mut Output<T>) {
        output.copies();
    }
}

/// A message type that `retry` and the port `failed` can clone before the call.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cloned, and may have to be tried again",
    label = "`retry` and the port `failed` clone each message before its call",
    note = "let `{Self}` be `Clone`, or leave out `retry` and the edge from `failed`"
)]
pub trait CanBeTriedAgain: Sized {
    /// Clones a message for another attempt.
    #[doc(hidden)]
    fn copied(message: &Self) -> Self;

    /// The start of an edge at the port `failed`.
    #[doc(hidden)]
    fn failed<W: Worker<Message = Self>>(slot: &Slot<W>) -> PortStart<'_, W, Failed<Self>> {
        slot.failed()
    }

    /// Lets a consumer make several attempts, as its options say: its messages are cloned for them.
    #[doc(hidden)]
    fn keep_copies<W: Worker<Message = Self>>(slot: &Slot<W>) {
        slot.keep_copies(Self::copied);
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone> CanBeTriedAgain for T {
    fn copied(message: &Self) -> Self {
        message.clone()
    }
}

/// A message type with which the worker `W` can be called over a fused edge.
#[diagnostic::on_unimplemented(
    message = "`{W}` cannot be called with `{Self}`",
    label = "this worker is sent `{Self}`, and consumes `{M}`",
    note = "behind `->` stands what `#[consumer]` makes of a function that takes what it is sent\nfor a worker written by hand, which makes its own calls, write `=>`"
)]
pub trait IsCalledWith<W: Worker, M, Kind = Unchanged>: Sized {
    /// The edge to `worker`, which is sent `Self`.
    #[doc(hidden)]
    fn downstream<N: Downstream<W::Output>>(
        worker: &Slot<W>,
        next: N,
    ) -> impl Downstream<Self> + use<Self, W, M, Kind, N>
    where
        Self: Send + 'static;

    /// The edge to `worker`, which `adapt` makes of an `E`.
    #[doc(hidden)]
    fn adapted<E: Send + 'static, A: Adapt<E, M>, N: Downstream<W::Output>>(
        worker: &Slot<W>,
        adapt: A,
        next: N,
    ) -> impl Downstream<E> + use<Self, W, M, Kind, E, A, N>;
}

#[diagnostic::do_not_recommend]
impl<W, T> IsCalledWith<W, T, Unchanged> for T
where
    W: Stage<Input = T> + Worker<Message = T>,
    T: Send + 'static,
{
    fn downstream<N: Downstream<W::Output>>(
        worker: &Slot<W>,
        next: N,
    ) -> impl Downstream<T> + use<W, T, N> {
        worker.call_over_edge(Straight, next)
    }

    fn adapted<E: Send + 'static, A: Adapt<E, T>, N: Downstream<W::Output>>(
        worker: &Slot<W>,
        adapt: A,
        next: N,
    ) -> impl Downstream<E> + use<W, T, E, A, N> {
        worker.call_over_edge(adapt, next)
    }
}

/// A second implementation, as for [`IsConsumedBy`].
#[diagnostic::do_not_recommend]
impl<W: Worker, T: Send + 'static> IsCalledWith<W, Other<T>, Unchanged> for T {
    fn downstream<N: Downstream<W::Output>>(
        _: &Slot<W>,
        _: N,
    ) -> impl Downstream<T> + use<W, T, N> {
        PortOutput
    }

    fn adapted<E: Send + 'static, A: Adapt<E, Other<T>>, N: Downstream<W::Output>>(
        _: &Slot<W>,
        _: A,
        _: N,
    ) -> impl Downstream<E> + use<W, T, E, A, N> {
        PortOutput
    }
}

/// What an adapter returns is the matter of [`IsAdaptedTo`](crate::rules::IsAdaptedTo).
#[diagnostic::do_not_recommend]
impl<W, M, R> IsCalledWith<W, M, Adapted> for R
where
    W: Stage<Input = M> + Worker<Message = M>,
    M: Send + 'static,
{
    fn downstream<N: Downstream<W::Output>>(
        _: &Slot<W>,
        _: N,
    ) -> impl Downstream<R> + use<W, M, R, N>
    where
        R: Send + 'static,
    {
        PortOutput
    }

    fn adapted<E: Send + 'static, A: Adapt<E, M>, N: Downstream<W::Output>>(
        worker: &Slot<W>,
        adapt: A,
        next: N,
    ) -> impl Downstream<E> + use<W, M, R, E, A, N> {
        worker.call_over_edge(adapt, next)
    }
}

/// The message type of a member.
#[doc(hidden)]
pub type ConsumedBy<W> = <<W as Member>::Slot as MemberSlot>::Message;

/// The output type of a member.
#[doc(hidden)]
pub type EmittedBy<W> = <<W as Member>::Slot as MemberSlot>::Output;

/// Whether `W` consumes messages.
#[doc(hidden)]
#[must_use]
pub const fn consumes<W: Member>() -> bool {
    // `Option<T>` has the size 0 only if `T` has no values.
    size_of::<Option<MessageOf<W>>>() > 0
}
