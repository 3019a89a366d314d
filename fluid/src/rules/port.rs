//! The rule that every named port is wired.
//!
//! For a worker with ports, `#[worker]` and `#[consumer]` generate a function `every_port_leads_somewhere` with one
//! bound for each port. `workers!` calls it with a type that stands for the edges of one field. For other workers,
//! the function of [`HasNoPorts`] is found.

/// The edges of a field, one of which starts at the given port of `W`. The name of the port appears twice: the type
/// `Port` is shown in errors, and the number `NAME` is compared.
#[diagnostic::on_unimplemented(
    message = "the port `{Port}` of `{W}` goes nowhere",
    label = "no edge starts at its port `{Port}`",
    note = "draw an edge from the port, or throw away what it emits on purpose with `=> _`, as in `parse.rejected => _;`"
)]
pub trait Wires<W, Port, const NAME: u64> {}

/// The edges of a field without edges from named ports.
#[derive(Debug)]
pub struct NoEdges;

/// Implemented for every type, so that workers without ports pass the check.
#[doc(hidden)]
pub trait HasNoPorts {
    /// Accepts any edges.
    fn every_port_leads_somewhere<Edges>(_: Edges) {}
}

impl<W: ?Sized> HasNoPorts for W {}
