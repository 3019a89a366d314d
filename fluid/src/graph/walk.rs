//! Finding one's way in a graph: what every picture of it asks.

use super::{Graph, GraphEdge, GraphWorker};

/// Adapters that are longer are shortened.
const LONGEST_ADAPTER: usize = 28;

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

    /// What stands on an edge: the type of what it carries, and what it makes of it.
    pub(super) fn carried(&self, edge: &GraphEdge) -> Option<String> {
        let adapter = edge.adapter.map(|adapter| {
            let code = one_line(adapter);
            let long = code.chars().count() > LONGEST_ADAPTER;
            let start: String = code.chars().take(LONGEST_ADAPTER).collect();
            format!("with {start}{}", if long { "…" } else { "" })
        });
        let parts = [self.message(edge).map(str::to_owned), adapter];
        parts
            .into_iter()
            .flatten()
            .reduce(|a, b| format!("{a} {b}"))
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
