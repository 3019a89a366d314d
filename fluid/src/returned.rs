//! What a function returns, as the runtime takes it: an emission, or a failure.
//!
//! The expansion of a worker gives the future of the user's function to one of these, and does not await it in an
//! `async` function of its own: the compiler would have to look at one for each worker.

use std::future::Future;

use crate::error::{Error, Nothing};

/// What a call emits, or why it failed.
type Emitted<E> = Result<E, Error>;

/// `async fn f()`
pub async fn emits_none(call: impl Future<Output = ()>) -> Emitted<Option<Nothing>> {
    call.await;
    Ok(None)
}

/// `async fn f() -> T`
pub async fn emits_one<T>(call: impl Future<Output = T>) -> Emitted<Option<T>> {
    Ok(Some(call.await))
}

/// `async fn f() -> Option<T>`, or a `Vec`
pub async fn emits_each<T>(call: impl Future<Output = T>) -> Emitted<T> {
    Ok(call.await)
}

/// `async fn f() -> Result<(), E>`
pub async fn tries_none<E>(
    call: impl Future<Output = Result<(), E>>,
    carried: fn(E) -> Error,
) -> Emitted<Option<Nothing>> {
    call.await.map(|()| None).map_err(carried)
}

/// `async fn f() -> Result<T, E>`
pub async fn tries_one<T, E>(
    call: impl Future<Output = Result<T, E>>,
    carried: fn(E) -> Error,
) -> Emitted<Option<T>> {
    call.await.map(Some).map_err(carried)
}

/// `async fn f() -> Result<Option<T>, E>`, or of a `Vec`
pub async fn tries_each<T, E>(
    call: impl Future<Output = Result<T, E>>,
    carried: fn(E) -> Error,
) -> Emitted<T> {
    call.await.map_err(carried)
}
