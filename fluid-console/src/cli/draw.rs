//! The pictures of a graph.

use clap::ValueEnum;
use fluid::graph::Graph;

use crate::snapshot::graph::GraphSnapshot;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A tree of text.
    Text,
    /// A flowchart of Mermaid.
    Mermaid,
    /// A digraph of Graphviz.
    Dot,
    /// A picture.
    Svg,
    /// Data.
    Json,
}

impl Format {
    pub(super) fn draw(self, graph: &Graph) -> String {
        match self {
            Self::Text => graph.to_string(),
            Self::Mermaid => graph.mermaid(),
            Self::Dot => graph.dot(),
            Self::Svg => graph.svg(),
            Self::Json => serde_json::to_string_pretty(&GraphSnapshot::of(graph))
                .expect("a graph has only serializable parts"),
        }
    }
}
