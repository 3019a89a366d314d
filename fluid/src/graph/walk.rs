//! Finding one's way in a graph: what every picture of it asks.

use super::{Graph, GraphEdge, GraphWorker};

impl Graph {
    /// The worker of this name.
    pub(super) fn worker(&self, name: &str) -> Option<&'static GraphWorker> {
        self.workers.iter().find(|worker| worker.name == name)
    }

    /// The edges that leave the worker of this name.
    pub(super) fn edges_from(&self, name: &str) -> impl Iterator<Item = &'static GraphEdge> {
        self.edges.iter().filter(move |edge| edge.from == name)
    }

    /// The type of what an edge carries, if it is known.
    pub(super) fn message(&self, edge: &GraphEdge) -> Option<&'static str> {
        let form = &self.worker(edge.from)?.form;
        match edge.port {
            None => form.output,
            Some(port) => {
                let (_, message) = form.ports.iter().find(|(name, _)| *name == port)?;
                Some(message)
            }
        }
    }

    /// The workers into which no edge leads, then all others; each in the order of their fields.
    pub(super) fn sources_first(&self) -> Vec<&'static GraphWorker> {
        let is_fed =
            |worker: &&GraphWorker| self.edges.iter().any(|edge| edge.to == Some(worker.name));
        let (fed, sources): (Vec<_>, Vec<_>) = self.workers.iter().partition(is_fed);
        sources.into_iter().chain(fed).collect()
    }
}

/// Code that may have been written on several lines, on one.
pub(super) fn one_line(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}
