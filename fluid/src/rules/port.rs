//! The rule that every named port leads somewhere.
//!
//! `#[worker]` and `#[consumer]` make a function `every_port_leads_somewhere` for a worker that has
//! ports, with a bound for each port; `workers!` calls it with a type that stands for the edges of one
//! field. A worker without such a function finds the one of [`HasNoPorts`].

/// The edges of a field, one of which starts at a port of `W`. The port's name is there twice: as a type,
/// to be read in an error, and as a number, to be compared.
#[diagnostic::on_unimplemented(
    message = "the port `{Port}` of `{W}` goes nowhere",
    label = "no edge starts at its port `{Port}`",
    note = "draw an edge from the port, or throw away what it emits on purpose with `=> _`, as in `parse.rejected => _;`"
)]
pub trait Wires<W, Port, const NAME: u64> {}

/// The edges of a field of which none starts at a named port.
#[derive(Debug)]
pub struct NoEdges;

/// Every worker that says nothing of its ports.
pub trait HasNoPorts {
    /// There are none, as far as can be known.
    fn every_port_leads_somewhere<Edges>(_: Edges) {}
}

impl<W: ?Sized> HasNoPorts for W {}
