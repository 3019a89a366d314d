//! The rules of what a worker holds and is sent: it goes from thread to thread with it.

use std::sync::Arc;

/// State, which a worker takes along to another thread.
#[diagnostic::on_unimplemented(
    message = "the state `{Self}` is not `Send`: a worker goes from thread to thread with it",
    label = "`{Self}` cannot go to another thread",
    note = "use a type that is `Send`: an `Arc` in the place of an `Rc`, for instance"
)]
pub trait IsState: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send> IsState for T {}

/// A resource, which several threads use at a time.
#[diagnostic::on_unimplemented(
    message = "the resource `{Self}` is not `Send` and `Sync`: workers on several threads share it",
    label = "`{Self}` cannot be shared between threads",
    note = "use a type that is: a `Mutex` or an atomic in the place of a `Cell`, an `Arc` in the place of an `Rc`, for instance"
)]
pub trait IsResource: Send + Sync {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + ?Sized> IsResource for T {}

/// Configuration, which each call is given a clone of.
#[diagnostic::on_unimplemented(
    message = "the configuration `{Self}` is not `Clone` and `Send`: each call is given a clone",
    label = "`{Self}` cannot be cloned, or not go to another thread",
    note = "derive `Clone`, or take it by reference: `&{Self}` is shared, `&mut {Self}` is the worker's own"
)]
pub trait IsConfiguration: Clone + Send {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send> IsConfiguration for T {}

/// A message, which the worker before sends from another thread.
#[diagnostic::on_unimplemented(
    message = "the message `{Self}` is not `Send`: it goes from the thread of one worker to that of another",
    label = "`{Self}` cannot go to another thread",
    note = "use a type that is `Send`: an `Arc` in the place of an `Rc`, for instance"
)]
pub trait IsMessage: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send> IsMessage for T {}

/// A message, or a batch of messages, as a function takes it.
pub fn message<T: IsMessage>(message: T) -> T {
    message
}

/// A worker's state, as its function takes it.
pub fn state<T: IsState>(state: &mut T) -> &mut T {
    state
}

/// A resource, as a function takes it.
pub fn resource<T: IsResource + ?Sized>(resource: &Arc<T>) -> &T {
    resource
}

/// A worker's configuration, as its function takes it.
pub fn configuration<T: IsConfiguration>(configuration: &T) -> T {
    configuration.clone()
}
