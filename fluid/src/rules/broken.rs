//! What stands in the place of what was not understood. The compiler says why it was not, so none of this
//! ever runs.

use crate::error::Error;
use crate::node::context::Context;
use crate::state::Nothing;
use crate::worker::{Io, Worker};

/// A worker whose type was not understood.
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

/// What makes a group whose declaration was not understood.
pub fn not_understood<T>() -> T {
    unreachable!("a declaration that does not compile")
}
