//! The declared graph of a group as data.

use fluid::graph::{Graph, GraphWorker};
use serde::Serialize;

use super::edge::kind_name;
use super::worker::join;

/// The declaration of a group, with its nested groups, as data. Serializable.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct GraphSnapshot {
    /// The name of the group.
    pub name: &'static str,
    /// The documentation of the group.
    pub docs: String,
    /// The workers and nested groups. A nested group stands before its members.
    pub workers: Vec<WorkerNode>,
    /// The edges.
    pub edges: Vec<GraphEdge>,
    /// The callbacks and hooks.
    pub callbacks: Vec<CallbackNode>,
}

/// A worker or a nested group of the declaration.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct WorkerNode {
    /// The path below the group: names joined with `/`.
    pub path: String,
    /// The type as written.
    pub type_name: &'static str,
    /// The documentation of the field, or else of the type.
    pub docs: String,
    /// The source location of the field.
    pub place: String,
    /// Whether it is a nested group.
    pub is_group: bool,
    /// Whether messages may be sent to it from outside the group.
    pub public: bool,
    /// The type of the consumed messages.
    pub message: Option<&'static str>,
    /// The type of the output.
    pub output: Option<&'static str>,
}

/// An edge of the declaration.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct GraphEdge {
    /// The path of the worker that emits.
    pub from: String,
    /// The named port, or `None` for the default port.
    pub port: Option<&'static str>,
    /// The path of the worker that consumes, or `None` if the output is discarded.
    pub to: Option<String>,
    /// `queued`, `fused` or `feedback`.
    pub kind: &'static str,
    /// The adapter that converts the messages, as written.
    pub adapter: Option<&'static str>,
}

/// A callback or a hook of the declaration.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct CallbackNode {
    /// The path of its group. Empty for the outermost one.
    pub group: String,
    /// When it runs, as written.
    pub when: &'static str,
    /// The code that runs, as written.
    pub run: &'static str,
}

impl GraphSnapshot {
    /// The declaration of a group.
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        let mut snapshot = Self {
            name: graph.name,
            docs: text(graph.docs),
            workers: Vec::new(),
            edges: Vec::new(),
            callbacks: Vec::new(),
        };
        snapshot.add(graph, "");
        snapshot
    }

    fn add(&mut self, graph: &Graph, above: &str) {
        self.edges.extend(graph.edges.iter().map(|edge| GraphEdge {
            from: join(above, edge.from),
            port: edge.port,
            to: edge.to.map(|to| join(above, to)),
            kind: kind_name(edge.kind),
            adapter: edge.adapter,
        }));
        let callbacks = graph.callbacks.iter();
        self.callbacks.extend(callbacks.map(|it| CallbackNode {
            group: above.to_owned(),
            when: it.when,
            run: it.run,
        }));
        for worker in graph.workers {
            let path = join(above, worker.name);
            self.workers.push(WorkerNode::of(worker, path.clone()));
            if let Some(nested) = worker.form.group {
                self.add(nested, &path);
            }
        }
    }
}

impl WorkerNode {
    fn of(worker: &GraphWorker, path: String) -> Self {
        let docs = match worker.docs {
            [] => worker.form.docs,
            docs => docs,
        };
        Self {
            path,
            type_name: worker.type_name,
            docs: text(docs),
            place: format!("{}:{}", worker.place.file, worker.place.line),
            is_group: worker.form.group.is_some(),
            public: worker.public,
            message: worker.form.message,
            output: worker.form.output,
        }
    }
}

/// The lines of a documentation as one text.
fn text(docs: &[&str]) -> String {
    let lines: Vec<_> = docs.iter().map(|line| line.trim()).collect();
    lines.join("\n")
}
