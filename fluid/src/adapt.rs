//! What an edge makes of a message on its way.

use crate::rule::{IsAdaptedTo, IsConsumedBy};
use crate::worker::Worker;

/// What an edge to `W` makes of what is sent over it.
pub trait Adapt<T, W: Worker>: Send + Sync + 'static {
    /// None, one or several of what `W` consumes.
    #[doc(hidden)]
    fn adapt(&self, message: T) -> impl Iterator<Item = W::Message> + Send + use<Self, T, W>;
}

/// Nothing: `W` consumes what is sent.
#[derive(Clone, Copy, Debug)]
pub struct Straight;

impl<T, W: Worker> Adapt<T, W> for Straight
where
    T: IsConsumedBy<W, W::Message>,
{
    fn adapt(&self, message: T) -> impl Iterator<Item = W::Message> + Send + use<T, W> {
        std::iter::once(message.message())
    }
}

/// `with f`: what the function gives.
#[derive(Clone, Copy, Debug)]
pub struct With<F>(pub F);

impl<T, W, F, R> Adapt<T, W> for With<F>
where
    W: Worker,
    F: Fn(T) -> R + Send + Sync + 'static,
    R: IsAdaptedTo<W, W::Message>,
{
    fn adapt(&self, message: T) -> impl Iterator<Item = W::Message> + Send + use<T, W, F, R> {
        (self.0)(message).messages()
    }
}
