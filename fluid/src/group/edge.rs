//! The start of an edge: a worker's output or one of its ports, with or without an adapter.

use std::marker::PhantomData;

use crate::catch::DropCaught;
use crate::group::rule::{Adapted, IsCalledWith, IsConsumedBy, Unchanged};
use crate::group::slot::Slot;
use crate::group::worker_handle::WorkerHandle;
use crate::queue::adapter::Adapt;
use crate::queue::{Output, SendOrigin, Sender};
use crate::rules::Rule;
use crate::worker::attempt::Copy;
use crate::worker::downstream::Downstream;
use crate::worker::{Port, Worker};

/// Where an edge starts: at a worker (`&parse`), at a port of it ([`parse.port(…)`](Slot::port),
/// [`parse.failed()`](Slot::failed), [`parse.undelivered()`](Slot::undelivered)), or at one of these with an adapter (`.map(f)`).
///
/// See [`Workers::connect`](crate::Workers::connect).
#[diagnostic::on_unimplemented(
    message = "no edge starts at `{Self}`",
    label = "this is no place where an edge starts",
    note = "an edge starts at a worker of the group, `&parse`, at a port of it, `parse.port(Parse::rejected())`,\nor at one of these with an adapter, `parse.map(f)`"
)]
pub trait EdgeStart: Sealed {
    /// The worker that sends.
    type Worker: Worker;

    /// What it emits there.
    type Emitted: Send + 'static;

    /// What is sent over the edge.
    type Sent;

    /// How the one becomes the other: [`Unchanged`] or [`Adapted`].
    #[doc(hidden)]
    type Kind;

    #[doc(hidden)]
    fn slot(&self) -> &Slot<Self::Worker>;

    /// Whether this is the port `undelivered`.
    #[doc(hidden)]
    fn saves(&self) -> bool {
        false
    }

    /// Draws the edge, which ends at a consumer `B`.
    #[doc(hidden)]
    fn attach<B, M: Send + 'static>(self, to: Sender<M>)
    where
        Rule: IsConsumedBy<Self::Sent, B, M, Self::Kind>,
        B: Worker;
}

/// The start of a fused edge: a worker's output, with or without an adapter, and no named port.
#[diagnostic::on_unimplemented(
    message = "no fused edge starts at a port",
    label = "this is a port, or no worker at all",
    note = "a fused edge starts at the output of a worker, `&parse` or `parse.map(f)`"
)]
pub trait FusedStart: EdgeStart {
    /// Draws the edge, which ends at a consumer `B`.
    #[doc(hidden)]
    fn fuse<B, M: Send + 'static, N>(
        self,
        to: &Slot<B>,
        next: N,
    ) -> impl Downstream<Self::Emitted> + use<Self, B, M, N>
    where
        Rule: IsCalledWith<Self::Sent, B, M, Self::Kind>,
        B: Worker<Message = M>,
        N: Downstream<B::Output>;
}

/// The start of an edge that adapts nothing, which an output or a port is.
pub trait OutputStart: EdgeStart<Kind = Unchanged> {
    /// Calls `change` with the output at which the edge starts.
    #[doc(hidden)]
    fn open(self, change: impl FnOnce(&mut Output<Self::Emitted>));
}

/// Only fluid implements [`EdgeStart`].
pub trait Sealed {}

impl<W: Worker> Sealed for &Slot<W> {}

impl<W: Worker> EdgeStart for &Slot<W> {
    type Worker = W;
    type Emitted = W::Output;
    type Sent = W::Output;
    type Kind = Unchanged;

    fn slot(&self) -> &Slot<W> {
        self
    }

    fn attach<B, M: Send + 'static>(self, to: Sender<M>)
    where
        Rule: IsConsumedBy<W::Output, B, M, Unchanged>,
    {
        self.open(|output| <Rule as IsConsumedBy<_, B, M, _>>::agreed(output).connect(to));
    }
}

impl<W: Worker> OutputStart for &Slot<W> {
    fn open(self, change: impl FnOnce(&mut Output<W::Output>)) {
        self.output(change);
    }
}

impl<'s, W: Worker> FusedStart for &'s Slot<W> {
    fn fuse<B, M: Send + 'static, N>(
        self,
        to: &Slot<B>,
        next: N,
    ) -> impl Downstream<W::Output> + use<'s, W, B, M, N>
    where
        Rule: IsCalledWith<W::Output, B, M, Unchanged>,
        B: Worker<Message = M>,
        N: Downstream<B::Output>,
    {
        <Rule as IsCalledWith<W::Output, B, M, Unchanged>>::downstream(to, next)
    }
}

/// The start of an edge at a port of a worker. See [`Slot::port`], [`Slot::failed`] and [`Slot::undelivered`].
#[derive(Debug)]
#[must_use = "a port is where an edge starts: give it to `Workers::connect`"]
pub struct PortStart<'s, W: Worker, T> {
    slot: &'s Slot<W>,
    port: Port<W, T>,
    /// How messages are cloned, for the port `failed`.
    copy: Option<Copy<W::Message>>,
    saves: bool,
}

impl<W: Worker, T: Send + 'static> Sealed for PortStart<'_, W, T> {}

impl<W: Worker, T: Send + 'static> EdgeStart for PortStart<'_, W, T> {
    type Worker = W;
    type Emitted = T;
    type Sent = T;
    type Kind = Unchanged;

    fn slot(&self) -> &Slot<W> {
        self.slot
    }

    fn saves(&self) -> bool {
        self.saves
    }

    fn attach<B, M: Send + 'static>(self, to: Sender<M>)
    where
        Rule: IsConsumedBy<T, B, M, Unchanged>,
    {
        self.open(|output| <Rule as IsConsumedBy<_, B, M, _>>::agreed(output).connect(to));
    }
}

impl<W: Worker, T: Send + 'static> OutputStart for PortStart<'_, W, T> {
    fn open(self, change: impl FnOnce(&mut Output<T>)) {
        if let Some(copy) = self.copy {
            self.slot.keep_copies(copy);
        }
        self.slot.change_port(&self.port, change);
    }
}

impl<'s, W: Worker, T: Send + 'static> PortStart<'s, W, T> {
    pub(crate) const fn new(
        slot: &'s Slot<W>,
        port: Port<W, T>,
        copy: Option<Copy<W::Message>>,
    ) -> Self {
        Self {
            slot,
            port,
            copy,
            saves: false,
        }
    }

    /// The port is `undelivered`.
    pub(crate) const fn saving(mut self) -> Self {
        self.saves = true;
        self
    }

    /// The start of an edge that adapts. See [`Slot::map`].
    pub fn map<F, R>(self, adapt: F) -> MappedStart<Self, F>
    where
        F: Fn(T) -> R + Send + Sync + 'static,
    {
        MappedStart::new(self, adapt)
    }
}

/// The origin of what a queued edge sends. Notes that its consumer saves messages, if it does.
pub(super) fn edge_origin(from: &impl EdgeStart, to: &WorkerHandle) -> SendOrigin {
    if from.saves() {
        to.node().mark_saver();
        SendOrigin::Saved
    } else {
        SendOrigin::Edge
    }
}

/// Panics if a feedback edge starts at the port `undelivered`.
#[track_caller]
pub(super) fn no_feedback_saves(from: &impl EdgeStart) {
    assert!(
        !from.saves(),
        "no feedback edge starts at the port `undelivered` of `{}`, since the consumer behind it must end later",
        from.slot().worker_name()
    );
}

/// The start of an edge with an adapter. See [`Slot::map`].
#[derive(Debug)]
#[must_use = "this is where an edge starts: give it to `Workers::connect`"]
pub struct MappedStart<S, F> {
    start: S,
    adapt: F,
}

impl<S, F> MappedStart<S, F> {
    pub(crate) const fn new(start: S, adapt: F) -> Self {
        Self { start, adapt }
    }
}

impl<S: Sealed, F> Sealed for MappedStart<S, F> {}

impl<S, F, R> EdgeStart for MappedStart<S, F>
where
    S: OutputStart,
    F: Fn(S::Emitted) -> R + Send + Sync + 'static,
{
    type Worker = S::Worker;
    type Emitted = S::Emitted;
    type Sent = R;
    type Kind = Adapted;

    fn slot(&self) -> &Slot<S::Worker> {
        self.start.slot()
    }

    fn saves(&self) -> bool {
        self.start.saves()
    }

    fn attach<B, M: Send + 'static>(self, to: Sender<M>)
    where
        Rule: IsConsumedBy<R, B, M, Adapted>,
        B: Worker,
    {
        let adapt = With::<_, B>::new(self.adapt);
        self.start.open(|output| output.connect_with(to, adapt));
    }
}

impl<S, F, R> FusedStart for MappedStart<S, F>
where
    S: FusedStart + OutputStart,
    F: Fn(S::Emitted) -> R + Send + Sync + 'static,
{
    fn fuse<B, M: Send + 'static, N>(
        self,
        to: &Slot<B>,
        next: N,
    ) -> impl Downstream<S::Emitted> + use<S, F, R, B, M, N>
    where
        Rule: IsCalledWith<R, B, M, Adapted>,
        B: Worker<Message = M>,
        N: Downstream<B::Output>,
    {
        <Rule as IsCalledWith<R, B, M, Adapted>>::adapted(to, self.adapt, next)
    }
}

/// Calls an adapter. `W` is the worker at the end of the edge, which errors name.
pub(crate) struct With<F, W> {
    adapter: DropCaught<F>,
    consumer: PhantomData<fn(W)>,
}

impl<F, W> With<F, W> {
    pub(crate) const fn new(adapter: F) -> Self {
        Self {
            adapter: DropCaught::new(adapter),
            consumer: PhantomData,
        }
    }
}

impl<T, W, F, R, M> Adapt<T, M> for With<F, W>
where
    W: Worker,
    F: Fn(T) -> R + Send + Sync + 'static,
    Rule: IsConsumedBy<R, W, M, Adapted>,
{
    const AT_MOST_ONE: bool = <Rule as IsConsumedBy<R, W, M, Adapted>>::AT_MOST_ONE;

    fn adapt(&self, message: T) -> impl Iterator<Item = M> + Send + use<T, W, F, R, M> {
        <Rule as IsConsumedBy<R, W, M, Adapted>>::messages((self.adapter)(message))
    }
}
