//! What an edge makes of a message on its way.

/// What an edge makes of each `T` that is sent over it: none, one or several of `M`.
pub trait Adapt<T, M>: Send + Sync + 'static {
    /// Whether it is never several.
    const AT_MOST_ONE: bool;

    fn adapt(&self, message: T) -> impl Iterator<Item = M> + Send + use<Self, T, M>;
}

/// The message itself: the consumer takes what is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Straight;

impl<M: Send> Adapt<M, M> for Straight {
    const AT_MOST_ONE: bool = true;

    fn adapt(&self, message: M) -> impl Iterator<Item = M> + Send + use<M> {
        std::iter::once(message)
    }
}
