//! The adapter of an edge: `with f`.

use std::marker::PhantomData;

use crate::queue::adapt::Adapt;
use crate::rules::IsAdaptedTo;
use crate::worker::Worker;

/// An adapter that calls a function. `W` is the worker at the end of the edge, which errors name.
pub(crate) struct With<F, W> {
    function: F,
    consumer: PhantomData<fn(W)>,
}

impl<F, W> With<F, W> {
    pub(crate) const fn new(function: F) -> Self {
        Self {
            function,
            consumer: PhantomData,
        }
    }
}

impl<T, W, F, R> Adapt<T, W::Message> for With<F, W>
where
    W: Worker,
    F: Fn(T) -> R + Send + Sync + 'static,
    R: IsAdaptedTo<W, W::Message>,
{
    const AT_MOST_ONE: bool = R::AT_MOST_ONE;

    fn adapt(&self, message: T) -> impl Iterator<Item = W::Message> + Send + use<T, W, F, R> {
        (self.function)(message).messages()
    }
}
