//! The edges of a group, with their rates.

use fluid::graph::{EdgeKind, Graph};
use serde::Serialize;

use super::worker::{WorkerSnapshot, join};

/// An edge of the declared graph at one moment.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EdgeSnapshot {
    /// The path of the worker that emits.
    pub from: String,
    /// The named port, or `None` for the default port.
    pub port: Option<&'static str>,
    /// The path of the worker that consumes, or `None` if the output is discarded.
    pub to: Option<String>,
    /// `queued`, `fused` or `feedback`.
    pub kind: &'static str,
    /// The messages per second. `None` if the counts of the workers do not tell: the consumer has several feeders or
    /// is `pub`, and the emitting worker has several edges.
    pub rate: Option<f64>,
}

impl EdgeSnapshot {
    pub(super) fn of_graph(graph: &Graph, workers: &[WorkerSnapshot]) -> Vec<Self> {
        let mut edges = Vec::new();
        Self::collect(graph, "", workers, &mut edges);
        edges
    }

    fn collect(graph: &Graph, above: &str, workers: &[WorkerSnapshot], all: &mut Vec<Self>) {
        for edge in graph.edges {
            all.push(Self {
                from: join(above, edge.from),
                port: edge.port,
                to: edge.to.map(|to| join(above, to)),
                kind: kind_name(edge.kind),
                rate: rate(graph, edge, above, workers),
            });
        }
        for worker in graph.workers {
            if let Some(nested) = worker.form.group {
                Self::collect(nested, &join(above, worker.name), workers, all);
            }
        }
    }
}

/// The rate of an edge. It is what the consumer accepts, if nothing else feeds it. Otherwise it is what the emitting
/// worker emits, if this is its only edge.
fn rate(
    graph: &Graph,
    edge: &fluid::graph::GraphEdge,
    above: &str,
    workers: &[WorkerSnapshot],
) -> Option<f64> {
    let rates = |name: &str| {
        let path = join(above, name);
        workers.iter().find(|worker| worker.path == path)?.rates
    };
    let is_fed_from_outside =
        |name| (graph.workers.iter()).any(|worker| worker.name == name && worker.public);
    if let Some(to) = edge.to
        && !is_fed_from_outside(to)
        && graph.edges.iter().filter(|it| it.to == Some(to)).count() == 1
    {
        return Some(rates(to)?.accepted);
    }
    let edges_of_sender = graph.edges.iter().filter(|it| it.from == edge.from);
    (edges_of_sender.count() == 1).then(|| rates(edge.from).map(|rates| rates.emitted))?
}

/// The kind of an edge as a word.
pub(super) const fn kind_name(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Fused => "fused",
        EdgeKind::Feedback => "feedback",
        _ => "queued",
    }
}
