//! Converts what a function returns into an emission or a failure.
//!
//! The expansion of a worker passes the future of the user's function to one of these functions. It does not await the
//! future in an `async fn`, since each `async fn` takes time to compile. The future is stored in a [`Returned`], because an
//! `async fn` here would move it for each message.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::error::Error;
use crate::state::Nothing;

/// What a call emits, or why it failed.
type Emitted<E> = Result<E, Error>;

pin_project! {
    /// A call of the user's function, and the function that converts its result.
    struct Returned<F, E> {
        #[pin]
        call: F,
        emitted: E,
    }
}

impl<F, E, M> Future for Returned<F, E>
where
    F: Future,
    E: Fn(F::Output) -> Emitted<M>,
{
    type Output = Emitted<M>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.call.poll(cx).map(&*this.emitted)
    }
}

/// `async fn f()`
pub fn emits_none(
    call: impl Future<Output = ()>,
) -> impl Future<Output = Emitted<Option<Nothing>>> {
    let emitted = |()| Ok(None);
    Returned { call, emitted }
}

/// `async fn f() -> T`
pub fn emits_one<T>(call: impl Future<Output = T>) -> impl Future<Output = Emitted<Option<T>>> {
    let emitted = |returned| Ok(Some(returned));
    Returned { call, emitted }
}

/// `async fn f() -> Option<T>`, or a `Vec`
pub fn emits_each<T>(call: impl Future<Output = T>) -> impl Future<Output = Emitted<T>> {
    let emitted = Ok;
    Returned { call, emitted }
}

/// `async fn f() -> Result<(), E>`
pub fn tries_none<E>(
    call: impl Future<Output = Result<(), E>>,
    carried: fn(E) -> Error,
) -> impl Future<Output = Emitted<Option<Nothing>>> {
    let emitted = move |returned: Result<_, _>| returned.map(|()| None).map_err(carried);
    Returned { call, emitted }
}

/// `async fn f() -> Result<T, E>`
pub fn tries_one<T, E>(
    call: impl Future<Output = Result<T, E>>,
    carried: fn(E) -> Error,
) -> impl Future<Output = Emitted<Option<T>>> {
    let emitted = move |returned: Result<_, _>| returned.map(Some).map_err(carried);
    Returned { call, emitted }
}

/// `async fn f() -> Result<Option<T>, E>`, or of a `Vec`
pub fn tries_each<T, E>(
    call: impl Future<Output = Result<T, E>>,
    carried: fn(E) -> Error,
) -> impl Future<Output = Emitted<T>> {
    let emitted = move |returned: Result<_, _>| returned.map_err(carried);
    Returned { call, emitted }
}
