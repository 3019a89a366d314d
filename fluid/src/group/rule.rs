//! The rules of what edges start and end at: workers, and of those the ones that emit.
//!
//! `workers!` calls the two methods of [`HasNoSlot`] on what a field was seated as. Where nothing is wrong
//! they give it back. The one of the same name that a silent worker's seat has itself is found before.

use crate::group::slot::{Member, Slot};
use crate::queue::adapt::{Adapt, Straight};
use crate::rules::{Adapted, NeedsNoEdge, NeedsNoFeeding, Other, Unchanged};
use crate::state::Nothing;
use crate::worker::Worker;
use crate::worker::downstream::{Downstream, PortOutput};
use crate::worker::stage::Stage;

/// The seat of a worker.
#[diagnostic::on_unimplemented(
    message = "no edge starts or ends at a group",
    label = "this is a group, which has no queue and no output of its own",
    note = "draw the edge inside that group, from one worker to another\nwhat comes from outside of it is sent to one of its `pub` consumers, with the group's handle"
)]
pub trait IsSlot {
    /// The worker.
    type Worker: Worker;

    #[doc(hidden)]
    fn seat(&self) -> &Slot<Self::Worker>;
}

#[diagnostic::do_not_recommend]
impl<W: Worker> IsSlot for Slot<W> {
    type Worker = W;

    fn seat(&self) -> &Self {
        self
    }
}

/// Everything, be it a seat or not.
pub trait HasNoSlot {
    /// It is one, and its worker emits.
    fn starts_an_edge(&self) -> &Slot<Self::Worker>
    where
        Self: IsSlot,
    {
        self.seat()
    }

    /// It is one.
    fn ends_an_edge(&self) -> &Slot<Self::Worker>
    where
        Self: IsSlot,
    {
        self.seat()
    }
}

impl<T> HasNoSlot for T {}

/// A worker that emits. A silent one is asked for it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` emits nothing",
    label = "no edge starts at a worker that emits nothing",
    note = "let its function return what is to be sent over the edge"
)]
pub trait Emits<S> {}

#[diagnostic::do_not_recommend]
impl Emits<()> for Nothing {}

impl<W: Worker<Output = Nothing>> Slot<W> {
    // What is returned is not known, so that nothing is found wrong with it. In one line, since the
    // compiler shows all of them.
    #[rustfmt::skip]
    #[doc(hidden)]
    pub fn starts_an_edge<S: Worker>(&self) -> &Slot<S> where W: Emits<S> {
        unreachable!("no worker implements `Emits`")
    }
}

/// A worker behind a fused edge is called by fluid, with what is sent over the edge.
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

/// A second answer, as for [`IsConsumedBy`](crate::rules::IsConsumedBy).
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

/// No edge ends at `W`.
pub fn fed_by_nothing<W: Member<Message: NeedsNoFeeding<W>>>() {}

/// No edge starts at `W`.
pub fn feeds_nothing<W: Member<Output: NeedsNoEdge<W>>>() {}

/// Whether `W` consumes messages at all.
#[must_use]
pub const fn consumes<W: Member>() -> bool {
    // Only an option of a type without values needs no room to say that there is none.
    size_of::<Option<W::Message>>() > 0
}
