//! What the macros' expansions call, and nobody else.

use std::sync::Arc;

pub use crate::stage::{Stage, beat, consume, once};

/// Gives a worker's field what the group's shorthand `{ name }` names: the shared resource itself, or,
/// if the field is configuration, a clone of it.
pub trait Share<T> {
    fn share(&self) -> T;
}

impl<T: ?Sized> Share<Arc<T>> for Arc<T> {
    fn share(&self) -> Arc<T> {
        Arc::clone(self)
    }
}

impl<T: Clone> Share<T> for Arc<T> {
    fn share(&self) -> T {
        T::clone(self)
    }
}
