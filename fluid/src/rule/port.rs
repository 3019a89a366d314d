//! The rules about the edges of one field of a group: an edge starts at every output and at every named port, and an
//! edge ends at every consumer.
//!
//! `#[worker]` and `#[consumer]` make a function `every_port_leads_somewhere` for a worker that has ports, with a bound for each port.
//! `workers!` calls it with a type that stands for the edges of one field. For a worker without such a function the
//! call finds the function of [`HasNoPorts`].

use std::marker::PhantomData;

use super::{NeedsNoEdge, NeedsNoFeeding};
use crate::group::slot::Member;

/// The edges of a field, one of which starts at a port of `W`. The name of the port is there twice: as a type, to be
/// read in an error, and as a number, to be compared.
#[diagnostic::on_unimplemented(
    message = "the port `{Port}` of `{W}` goes nowhere",
    label = "no edge starts at its port `{Port}`",
    note = "draw an edge from the port, or throw away what it emits on purpose with `=> _`, as in `parse.rejected => _;`"
)]
pub trait Wires<W, Port, const NAME: u64> {}

/// The edges of a field of which none starts at a named port.
#[derive(Debug)]
pub struct NoPorts;

/// Every worker without such a function of its own.
pub trait HasNoPorts {
    /// No port needs an edge.
    fn every_port_leads_somewhere<Edges>(_: Edges) -> Wired<Self> {
        Wired::new()
    }
}

impl<W: ?Sized> HasNoPorts for W {}

/// An edge starts at every named port of `W`.
#[derive(Debug)]
pub struct Wired<W: ?Sized>(PhantomData<fn() -> W>);

impl<W: ?Sized> Wired<W> {
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<W: Member> Wired<W> {
    /// No edge ends at `W`.
    pub fn fed_by_nothing(self) -> Self
    where
        W::Message: NeedsNoFeeding<W>,
    {
        self
    }

    /// No edge starts at the output of `W`.
    pub fn feeds_nothing(self) -> Self
    where
        W::Output: NeedsNoEdge<W>,
    {
        self
    }
}
