//! What an edge makes of a message on its way.

use crate::rule::IsAdaptedTo;
use crate::worker::Worker;

/// What an edge to `W` makes of what is sent over it.
pub(crate) trait Adapt<T, W: Worker>: Send + Sync + 'static {
    /// Whether it is never several.
    const AT_MOST_ONE: bool;

    /// None, one or several of what `W` consumes.
    fn adapt(&self, message: T) -> impl Iterator<Item = W::Message> + Send + use<Self, T, W>;
}

/// What an edge to `W` makes of the message in `slot`.
///
/// A function of its own, so that what it moves is off the stack again when the message is sent.
pub(crate) fn made_of<T, W: Worker, A: Adapt<T, W>>(
    adapt: &A,
    slot: &mut Option<T>,
) -> impl Iterator<Item = W::Message> + Send + use<T, W, A> {
    adapt.adapt(slot.take().expect("a message is sent once"))
}

/// Nothing: `W` consumes what is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Straight;

impl<W: Worker> Adapt<W::Message, W> for Straight {
    const AT_MOST_ONE: bool = true;

    fn adapt(&self, message: W::Message) -> impl Iterator<Item = W::Message> + Send + use<W> {
        std::iter::once(message)
    }
}

/// `with f`: what the function gives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct With<F>(pub(crate) F);

impl<T, W, F, R> Adapt<T, W> for With<F>
where
    W: Worker,
    F: Fn(T) -> R + Send + Sync + 'static,
    R: IsAdaptedTo<W, W::Message>,
{
    const AT_MOST_ONE: bool = R::AT_MOST_ONE;

    fn adapt(&self, message: T) -> impl Iterator<Item = W::Message> + Send + use<T, W, F, R> {
        (self.0)(message).messages()
    }
}
