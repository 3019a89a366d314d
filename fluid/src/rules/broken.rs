//! Placeholders for parts of a declaration that the macro could not parse. The macro also emits a compile error, so
//! none of this ever runs.

use crate::error::Error;
use crate::node::context::Context;
use crate::state::Nothing;
use crate::worker::{Io, Worker};

/// Stands in for a worker type that could not be parsed.
#[derive(Debug)]
pub enum NotUnderstood {}

impl Worker for NotUnderstood {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        match *self {}
    }
}

/// Stands in for the value of a group whose declaration could not be parsed.
#[doc(hidden)]
pub fn not_understood<T>() -> T {
    unreachable!("a declaration that does not compile")
}
