//! The rules for values that move between threads with a worker or a message.
//!
//! The traits have no supertraits: the compiler would report these, and not the message of the rule.

use std::sync::Arc;

/// The state of a worker, which moves between threads with it.
#[diagnostic::on_unimplemented(
    message = "the state `{Self}` is not `Send`: a worker goes from thread to thread with it",
    label = "`{Self}` cannot go to another thread",
    note = "use a type that is `Send`: an `Arc` in the place of an `Rc`, for instance"
)]
pub trait IsState {
    /// Returns the argument of a state parameter.
    #[doc(hidden)]
    fn state(state: &mut Self) -> &mut Self;
}

#[diagnostic::do_not_recommend]
impl<T: Send> IsState for T {
    fn state(state: &mut Self) -> &mut Self {
        state
    }
}

/// A resource, which several threads use at the same time.
#[diagnostic::on_unimplemented(
    message = "the resource `{Self}` is not `Send` and `Sync`: workers on several threads share it",
    label = "`{Self}` cannot be shared between threads",
    note = "use a type that is: a `Mutex` or an atomic in the place of a `Cell`, an `Arc` in the place of an `Rc`, for instance"
)]
pub trait IsResource {
    /// Returns the argument of a resource parameter.
    #[doc(hidden)]
    fn resource(resource: &Arc<Self>) -> &Self;
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + ?Sized> IsResource for T {
    fn resource(resource: &Arc<Self>) -> &Self {
        resource
    }
}

/// Configuration of a worker. Each call gets a clone.
#[diagnostic::on_unimplemented(
    message = "the configuration `{Self}` is not `Clone` and `Send`: each call is given a clone",
    label = "`{Self}` cannot be cloned, or not go to another thread",
    note = "derive `Clone`, or take it by reference: `&{Self}` is shared, `&mut {Self}` is the worker's own"
)]
pub trait IsConfiguration: Sized {
    /// Returns a clone as the argument of a configuration parameter.
    #[doc(hidden)]
    fn configuration(configuration: &Self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send> IsConfiguration for T {
    fn configuration(configuration: &Self) -> Self {
        configuration.clone()
    }
}

/// A message, which is sent from another thread.
#[diagnostic::on_unimplemented(
    message = "the message `{Self}` is not `Send`: it goes from the thread of one worker to that of another",
    label = "`{Self}` cannot go to another thread",
    note = "use a type that is `Send`: an `Arc` in the place of an `Rc`, for instance"
)]
pub trait IsMessage {
    /// Checks the type of a message parameter.
    #[doc(hidden)]
    fn message(_: &Self) {}
}

#[diagnostic::do_not_recommend]
impl<T: Send> IsMessage for T {}
