//! A graph in the DOT language of Graphviz.

use super::walk::one_line;
use super::{EdgeKind, Graph, GraphWorker};

impl Graph {
    /// The graph in the DOT language of [Graphviz](https://graphviz.org), for `dot` and its related tools.
    ///
    /// Equal graphs give equal text. The text ends with a newline.
    ///
    /// ```
    /// use fluid::graph::Graph;
    ///
    /// fn write(graph: &Graph) -> std::io::Result<()> {
    ///     // Then `dot -Tpdf market.dot -o market.pdf`.
    ///     std::fs::write("market.dot", graph.dot())
    /// }
    /// ```
    #[must_use]
    pub fn dot(&self) -> String {
        let mut digraph = Digraph::default();
        digraph.line("", &format!("digraph {} {{", quoted(self.name)));
        digraph.line(
            "    ",
            "graph [rankdir=LR, compound=true, fontname=\"sans-serif\"]",
        );
        digraph.line(
            "    ",
            "node [shape=box, style=rounded, fontname=\"sans-serif\"]",
        );
        digraph.line("    ", "edge [fontname=\"sans-serif\", fontsize=10]");
        digraph.group(self, "", "    ");
        if !digraph.entering.is_empty() {
            digraph.line(
                "    ",
                &format!("{OUTSIDE} [label=\"outside\", shape=oval]"),
            );
        }
        for arrow in std::mem::take(&mut digraph.entering) {
            digraph.line("    ", &arrow);
        }
        digraph.line("", "}");
        digraph.text
    }
}

/// The node from which the edges to public workers start. It cannot collide with the identifier of a worker,
/// because those consist of names and never end with a number after a dot.
const OUTSIDE: &str = "\"outside.0\"";

/// The text that is built.
#[derive(Default)]
struct Digraph {
    text: String,
    /// The edges from outside. They are written after all groups, because Graphviz draws a node in the cluster that
    /// first mentions it.
    entering: Vec<String>,
}

impl Digraph {
    fn line(&mut self, indent: &str, text: &str) {
        self.text.push_str(indent);
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Writes a group. `path` is the prefix of all identifiers in it.
    fn group(&mut self, graph: &Graph, path: &str, indent: &str) {
        for worker in graph.workers {
            self.worker(worker, path, indent);
        }
        self.edges(graph, path, indent);
        for (index, callback) in graph.callbacks.iter().enumerate() {
            let id = quoted(&format!("{path}callback.{index}"));
            let (when, run) = (escaped(callback.when), escaped(&one_line(callback.run)));
            let look = "shape=note, style=dashed, fontsize=10";
            self.line(indent, &format!("{id} [label=<{when}<br/>{run}>, {look}]"));
        }
    }

    fn worker(&mut self, worker: &GraphWorker, path: &str, indent: &str) {
        let id = format!("{path}{}", worker.name);
        let (name, type_name) = (escaped(worker.name), escaped(worker.type_name));
        let Some(group) = worker.form.group else {
            let label = format!("<b>{name}</b><br/><font point-size=\"10\">{type_name}</font>");
            return self.line(indent, &format!("{} [label=<{label}>]", quoted(&id)));
        };
        self.line(
            indent,
            &format!("subgraph {} {{", quoted(&format!("cluster_{id}"))),
        );
        let inner = format!("{indent}    ");
        self.line(&inner, &format!("label=<<b>{name}</b>: {type_name}>"));
        self.line(&inner, "style=rounded");
        if group.workers.is_empty() {
            // An edge cannot end at a cluster without nodes.
            self.line(&inner, &format!("{} [style=invis]", quoted(&id)));
        }
        self.group(group, &format!("{id}."), &inner);
        self.line(indent, "}");
    }

    fn edges(&mut self, graph: &Graph, path: &str, indent: &str) {
        for worker in graph.workers.iter().filter(|worker| worker.public) {
            let mut look = label(None, worker.form.message);
            let to = end(graph, path, worker.name, "lhead", &mut look);
            self.entering
                .push(format!("{OUTSIDE} -> {to}{}", listed(&look)));
        }
        let mut discards = 0;
        for edge in graph.edges {
            let mut look = label(edge.port, graph.carried(edge).as_deref());
            match edge.kind {
                EdgeKind::Queued => {}
                EdgeKind::Fused => look.push("penwidth=3".to_owned()),
                EdgeKind::Feedback => look.push("style=dashed".to_owned()),
            }
            let from = end(graph, path, edge.from, "ltail", &mut look);
            let to = match edge.to {
                Some(to) => end(graph, path, to, "lhead", &mut look),
                None => {
                    let id = quoted(&format!("{path}discard.{discards}"));
                    discards += 1;
                    self.line(
                        indent,
                        &format!("{id} [label=\"\", shape=circle, width=0.15]"),
                    );
                    id
                }
            };
            self.line(indent, &format!("{from} -> {to}{}", listed(&look)));
        }
    }
}

/// The node at which an edge ends. Graphviz has no edges between clusters. So the edge of a group ends at a worker
/// in the group, and is clipped at the border of the cluster.
fn end(graph: &Graph, path: &str, name: &str, cut: &str, look: &mut Vec<String>) -> String {
    let mut id = format!("{path}{name}");
    let mut worker = graph.worker(name);
    if worker.is_some_and(|worker| worker.form.group.is_some()) {
        look.push(format!("{cut}={}", quoted(&format!("cluster_{id}"))));
    }
    while let Some(group) = worker.and_then(|worker| worker.form.group) {
        worker = group.workers.first();
        if let Some(worker) = worker {
            id = format!("{id}.{}", worker.name);
        }
    }
    quoted(&id)
}

/// The label of an edge.
fn label(port: Option<&str>, message: Option<&str>) -> Vec<String> {
    let text = match (port, message) {
        (Some(port), Some(message)) => format!("{port}: {message}"),
        (Some(text), None) | (None, Some(text)) => text.to_owned(),
        (None, None) => return Vec::new(),
    };
    vec![format!("label=<{}>", escaped(&text))]
}

/// A list of attributes in brackets, or nothing if there are none.
fn listed(attributes: &[String]) -> String {
    if attributes.is_empty() {
        String::new()
    } else {
        format!(" [{}]", attributes.join(", "))
    }
}

/// A quoted identifier.
fn quoted(id: &str) -> String {
    format!("\"{}\"", id.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Escapes text for a label between `<` and `>`.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::sample;

    #[test]
    fn a_group_is_a_digraph() {
        let expected = r#"digraph "Market" {
    graph [rankdir=LR, compound=true, fontname="sans-serif"]
    node [shape=box, style=rounded, fontname="sans-serif"]
    edge [fontname="sans-serif", fontsize=10]
    "poll" [label=<<b>poll</b><br/><font point-size="10">Poll&lt;Exchange&gt;</font>>]
    "aggregate" [label=<<b>aggregate</b><br/><font point-size="10">Aggregate</font>>]
    "store" [label=<<b>store</b><br/><font point-size="10">Store</font>>]
    "show" [label=<<b>show</b><br/><font point-size="10">Show</font>>]
    "dead_letters" [label=<<b>dead_letters</b><br/><font point-size="10">DeadLetters</font>>]
    subgraph "cluster_audit" {
        label=<<b>audit</b>: Audit>
        style=rounded
        "audit.write" [label=<<b>write</b><br/><font point-size="10">Write</font>>]
        "audit.file" [label=<<b>file</b><br/><font point-size="10">File</font>>]
        "audit.write" -> "audit.file" [label=<Page>]
        "audit.callback.0" [label=<on_shutdown<br/>file.close()>, shape=note, style=dashed, fontsize=10]
    }
    "poll" -> "aggregate" [label=<Tick>]
    "aggregate" -> "store" [label=<Vec&lt;Bar&gt;>]
    "aggregate" -> "show" [label=<Vec&lt;Bar&gt;>]
    "aggregate" -> "dead_letters" [label=<rejected: Option&lt;&amp;'static str&gt;>]
    "discard.0" [label="", shape=circle, width=0.15]
    "store" -> "discard.0" [label=<Receipt>]
    "callback.0" [label=<every &quot;30s&quot;<br/>println!(&quot;{} &lt; {}&quot;, db.len(), 5 &amp; 7)>, shape=note, style=dashed, fontsize=10]
    "callback.1" [label=<on_shutdown<br/>db.flush().await>, shape=note, style=dashed, fontsize=10]
    "outside.0" [label="outside", shape=oval]
    "outside.0" -> "audit.write" [label=<Line>]
    "outside.0" -> "show" [label=<Vec&lt;Bar&gt;>]
}
"#;
        assert_eq!(sample::MARKET.dot(), expected);
    }

    #[test]
    fn each_kind_of_edge_has_its_own_arrow() {
        let digraph = sample::MILL.dot();
        let arrows: Vec<_> = digraph
            .lines()
            .filter(|line| line.contains("->"))
            .map(str::trim)
            .collect();
        let expected = [
            r#""harvest" -> "grind" [label=<Grain>, penwidth=3]"#,
            r#""grind" -> "sift" [label=<Flour>, penwidth=3]"#,
            r#""sift" -> "bake" [label=<Flour with knead>]"#,
            r#""bake" -> "sell" [label=<Bread>]"#,
            r#""sell" -> "bake" [label=<Seed with |seed| seed.sown(&amp;fields, Se…>, style=dashed]"#,
        ];
        assert_eq!(arrows, expected);
    }
}
