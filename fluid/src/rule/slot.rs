//! The rules of what edges start and end at: workers, and of those the ones that emit.
//!
//! `workers!` calls the two methods of [`HasNoSlot`] on what a field was seated as. Where nothing is wrong
//! they give it back. The one of the same name that a silent worker's seat has itself is found before.

use crate::error::Nothing;
use crate::group::slot::Slot;
use crate::worker::Worker;

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
