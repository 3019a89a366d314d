//! A graph as a Mermaid flowchart.

use super::walk::one_line;
use super::{EdgeKind, Graph, GraphWorker};

/// Words that Mermaid reserves, so that they are no identifiers.
const RESERVED: [&str; 16] = [
    "call",
    "class",
    "classdef",
    "click",
    "default",
    "direction",
    "end",
    "flowchart",
    "graph",
    "href",
    "interpolate",
    "linkstyle",
    "style",
    "subgraph",
    "x",
    "o",
];

impl Graph {
    /// The graph as a [Mermaid](https://mermaid.js.org) flowchart. GitHub, GitLab and many other tools render it in
    /// Markdown.
    ///
    /// Equal graphs give equal text. The text ends with a newline.
    ///
    /// ```
    /// use fluid::graph::Graph;
    ///
    /// fn section(graph: &Graph) -> String {
    ///     format!("## {}\n\n```mermaid\n{}```\n", graph.name, graph.mermaid())
    /// }
    /// ```
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut chart = Chart::default();
        chart.line("", "flowchart LR");
        chart.group(self, "", "    ");
        if !chart.entering.is_empty() {
            chart.line("    ", &format!("{OUTSIDE}([\"outside\"])"));
        }
        for arrow in std::mem::take(&mut chart.entering) {
            chart.line("    ", &arrow);
        }
        if chart.text.contains(":::discard") {
            chart.line("    ", "classDef discard stroke-dasharray: 2 2");
        }
        if chart.text.contains(":::callback") {
            chart.line("    ", "classDef callback stroke-dasharray: 5 5");
        }
        chart.text
    }
}

/// The node from which the arrows to public workers start. It cannot collide with the identifier of a worker,
/// because those consist of names and never end with a number after a dot.
const OUTSIDE: &str = "outside.0";

/// The text that is built.
#[derive(Default)]
struct Chart {
    text: String,
    /// The arrows from outside. They are written after all groups, because Mermaid draws a node in the subgraph
    /// that first mentions it.
    entering: Vec<String>,
}

impl Chart {
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
            let (when, run) = (escaped(callback.when), escaped(&one_line(callback.run)));
            let node = format!("{path}callback.{index}[\"{when}<br/>{run}\"]:::callback");
            self.line(indent, &node);
        }
    }

    fn worker(&mut self, worker: &GraphWorker, path: &str, indent: &str) {
        let id = id(path, worker.name);
        let (name, type_name) = (escaped(worker.name), escaped(worker.type_name));
        if let Some(group) = worker.form.group {
            self.line(indent, &format!("subgraph {id}[\"{name}: {type_name}\"]"));
            self.group(group, &format!("{id}."), &format!("{indent}    "));
            self.line(indent, "end");
        } else {
            self.line(indent, &format!("{id}[\"<b>{name}</b><br/>{type_name}\"]"));
        }
    }

    fn edges(&mut self, graph: &Graph, path: &str, indent: &str) {
        for worker in graph.workers.iter().filter(|worker| worker.public) {
            let label = label(None, worker.form.message);
            self.entering
                .push(format!("{OUTSIDE} -->{label} {}", id(path, worker.name)));
        }
        let mut discards = 0;
        for edge in graph.edges {
            let label = label(edge.port, graph.carried(edge).as_deref());
            let arrow = match edge.kind {
                EdgeKind::Queued => "-->",
                EdgeKind::Fused => "==>",
                EdgeKind::Feedback => "-.->",
            };
            let to = edge.to.map_or_else(
                || {
                    discards += 1;
                    format!("{path}discard.{}((\" \")):::discard", discards - 1)
                },
                |to| id(path, to),
            );
            self.line(
                indent,
                &format!("{} {arrow}{label} {to}", id(path, edge.from)),
            );
        }
    }
}

/// The identifier of a worker. It is unique within the chart.
fn id(path: &str, name: &str) -> String {
    let name = name.trim_start_matches("r#");
    let word = name.trim_end_matches('_').to_ascii_lowercase();
    let mark = if RESERVED.contains(&word.as_str()) {
        "_"
    } else {
        ""
    };
    format!("{path}{name}{mark}")
}

/// The label of an arrow in Mermaid's syntax.
fn label(port: Option<&str>, message: Option<&str>) -> String {
    match (port, message) {
        (Some(port), Some(message)) => format!("|\"{}: {}\"|", escaped(port), escaped(message)),
        (Some(text), None) | (None, Some(text)) => format!("|\"{}\"|", escaped(text)),
        (None, None) => String::new(),
    }
}

/// Escapes text for a label between quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("#quot;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '&' => escaped.push_str("#amp;"),
            '#' => escaped.push_str("#35;"),
            '`' => escaped.push_str("#96;"),
            '\\' => escaped.push_str("#92;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_group_is_a_flowchart() {
        let expected = r#"flowchart LR
    poll["<b>poll</b><br/>Poll#lt;Exchange#gt;"]
    aggregate["<b>aggregate</b><br/>Aggregate"]
    store["<b>store</b><br/>Store"]
    show["<b>show</b><br/>Show"]
    dead_letters["<b>dead_letters</b><br/>DeadLetters"]
    subgraph audit["audit: Audit"]
        audit.write["<b>write</b><br/>Write"]
        audit.file["<b>file</b><br/>File"]
        audit.write -->|"Page"| audit.file
        audit.callback.0["on_shutdown<br/>file.close()"]:::callback
    end
    poll -->|"Tick"| aggregate
    aggregate -->|"Vec#lt;Bar#gt;"| store
    aggregate -->|"Vec#lt;Bar#gt;"| show
    aggregate -->|"rejected: Option#lt;#amp;'static str#gt;"| dead_letters
    store -->|"Receipt"| discard.0((" ")):::discard
    callback.0["every #quot;30s#quot;<br/>println!(#quot;{} #lt; {}#quot;, db.len(), 5 #amp; 7)"]:::callback
    callback.1["on_shutdown<br/>db.flush().await"]:::callback
    outside.0(["outside"])
    outside.0 -->|"Line"| audit.write
    outside.0 -->|"Vec#lt;Bar#gt;"| show
    classDef discard stroke-dasharray: 2 2
    classDef callback stroke-dasharray: 5 5
"#;
        assert_eq!(sample::MARKET.mermaid(), expected);
    }

    #[test]
    fn a_group_without_extras_has_no_class_definitions() {
        let expected = r#"flowchart LR
    first["<b>first</b><br/>First"]
    second["<b>second</b><br/>Second"]
    third["<b>third</b><br/>Third"]
    first -->|"Ball"| second
    second -->|"Ball"| third
    third -->|"Ball"| first
    third -->|"lost"| third
"#;
        assert_eq!(sample::RING.mermaid(), expected);
    }

    #[test]
    fn each_kind_of_edge_has_its_own_arrow() {
        let chart = sample::MILL.mermaid();
        let arrows: Vec<_> = chart
            .lines()
            .filter(|line| line.contains('|'))
            .map(str::trim)
            .collect();
        let expected = [
            r#"harvest ==>|"Grain"| grind"#,
            r#"grind ==>|"Flour"| sift"#,
            r#"sift -->|"Flour with knead"| bake"#,
            r#"bake -->|"Bread"| sell"#,
            r#"sell -.->|"Seed with |seed| seed.sown(#amp;fields, Se…"| bake"#,
        ];
        assert_eq!(arrows, expected);
    }

    #[test]
    fn reserved_words_get_an_underscore() {
        assert_eq!(id("", "end"), "end_");
        assert_eq!(id("", "end_"), "end__");
        assert_eq!(id("", "ending"), "ending");
        assert_eq!(id("audit.", "r#class"), "audit.class_");
    }
}
