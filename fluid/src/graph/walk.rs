//! Look-ups in a graph that all pictures share.

use super::{Graph, GraphEdge, GraphWorker};

/// The longest code of an adapter, in characters. Longer code is shortened.
const LONGEST_ADAPTER: usize = 28;

impl Graph {
    /// The worker called `name`.
    pub(super) fn worker(&self, name: &str) -> Option<&'static GraphWorker> {
        self.workers.iter().find(|worker| worker.name == name)
    }

    /// The edges that start at the worker called `name`.
    pub(super) fn edges_from(&self, name: &str) -> impl Iterator<Item = &'static GraphEdge> {
        self.edges.iter().filter(move |edge| edge.from == name)
    }

    /// The type of the messages of an edge, or `None` if it is not known.
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

    /// The label of an edge: the type of its messages and the code of its adapter.
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

    /// All workers: first those that no edge feeds, then the others. Both parts are in the order of the fields.
    pub(super) fn sources_first(&self) -> Vec<&'static GraphWorker> {
        let is_fed =
            |worker: &&GraphWorker| self.edges.iter().any(|edge| edge.to == Some(worker.name));
        let (fed, sources): (Vec<_>, Vec<_>) = self.workers.iter().partition(is_fed);
        sources.into_iter().chain(fed).collect()
    }
}

/// Joins code that spans several lines into one line.
pub(super) fn one_line(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}
