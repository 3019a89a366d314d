//! A graph as text: a tree along its edges.

use std::fmt;

use super::walk::one_line;
use super::{EdgeKind, Graph, GraphEdge, GraphWorker};

/// A tree of text: first the workers that nothing feeds, below each the ones that it feeds, and at the end the
/// callbacks. Whoever is reached twice is printed once, and only named the second time. On each edge stand the
/// named port, the type of the messages and what the edge makes of them; `═▶` is a fused edge, `~▶` a feedback
/// edge, and `_` is where an output is thrown away.
///
/// The text has no newline at its end, and is made to be read: it may become more readable.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tree = Tree::default();
        tree.line(
            "",
            &format!("{}  {}:{}", title(self), self.place.file, self.place.line),
        );
        for line in self.docs {
            tree.line("", line.trim());
        }
        tree.line("", "");
        tree.members(self, "");
        if !self.callbacks.is_empty() {
            tree.line("", "");
            tree.callbacks(self, "");
        }
        f.write_str(tree.lines.join("\n").trim_end())
    }
}

/// The name of a group, and its type's where that is another.
fn title(graph: &Graph) -> String {
    if graph.name == graph.type_name {
        graph.name.to_owned()
    } else {
        format!("{}: {}", graph.name, graph.type_name)
    }
}

/// The text that is being written.
#[derive(Default)]
struct Tree {
    lines: Vec<String>,
}

impl Tree {
    fn line(&mut self, indent: &str, text: &str) {
        self.lines
            .push(format!("{indent}{text}").trim_end().to_owned());
    }

    /// The workers of a group and what they feed.
    fn members(&mut self, graph: &Graph, indent: &str) {
        let mut seen = Vec::new();
        for worker in graph.sources_first() {
            if !seen.contains(&worker.name) {
                let entering = worker.form.message.filter(|_| worker.public);
                let arrow = entering.map_or(String::new(), |message| format!("{message} ─▶ "));
                self.line(indent, &format!("{arrow}{}", line_of(worker)));
                self.below(graph, worker, indent, &mut seen);
            }
        }
    }

    fn callbacks(&mut self, graph: &Graph, indent: &str) {
        for callback in graph.callbacks {
            self.line(
                indent,
                &format!("{} => {}", callback.when, one_line(callback.run)),
            );
        }
    }

    /// What stands below a worker: what is in it, if it is a group, and what it feeds.
    fn below(
        &mut self,
        graph: &Graph,
        worker: &GraphWorker,
        indent: &str,
        seen: &mut Vec<&'static str>,
    ) {
        seen.push(worker.name);
        let mut edges = graph.edges_from(worker.name).peekable();
        if let Some(group) = worker.form.group {
            let bar = if edges.peek().is_some() {
                "│  "
            } else {
                "   "
            };
            let indent = format!("{indent}{bar}");
            self.members(group, &indent);
            self.callbacks(group, &indent);
        }
        while let Some(edge) = edges.next() {
            let (branch, bar) = if edges.peek().is_some() {
                ("├─", "│  ")
            } else {
                ("└─", "   ")
            };
            let head = match edge.kind {
                EdgeKind::Queued => "─▶",
                EdgeKind::Fused => "═▶",
                EdgeKind::Feedback => "~▶",
            };
            let arrow = format!("{branch}{}{head} ", label(graph, edge));
            let target = edge.to.and_then(|name| graph.worker(name));
            match target {
                Some(target) if !seen.contains(&target.name) => {
                    self.line(indent, &format!("{arrow}{}", line_of(target)));
                    self.below(graph, target, &format!("{indent}{bar}"), seen);
                }
                Some(target) => self.line(indent, &format!("{arrow}{} (above)", target.name)),
                None => self.line(indent, &format!("{arrow}{}", edge.to.unwrap_or("_"))),
            }
        }
    }
}

/// A worker as its declaration names it.
fn line_of(worker: &GraphWorker) -> String {
    let public = if worker.public { "pub " } else { "" };
    let group = if worker.form.group.is_some() {
        "group "
    } else {
        ""
    };
    format!("{public}{group}{}: {}", worker.name, worker.type_name)
}

/// What stands on an edge, with a space on each side.
fn label(graph: &Graph, edge: &GraphEdge) -> String {
    match (edge.port, graph.carried(edge)) {
        (Some(port), Some(message)) => format!(" .{port}: {message} "),
        (Some(port), None) => format!(" .{port} "),
        (None, Some(message)) => format!(" {message} "),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Graph, GraphWorker, sample};

    #[test]
    fn a_group_is_a_tree_along_its_edges() {
        let expected = "\
Market  src/market.rs:4
Ticks, from the exchange to the \"books\".

poll: Poll<Exchange>
└─ Tick ─▶ aggregate: Aggregate
   ├─ Vec<Bar> ─▶ store: Store
   │  └─ Receipt ─▶ _
   ├─ Vec<Bar> ─▶ pub show: Show
   └─ .rejected: Option<&'static str> ─▶ dead_letters: DeadLetters
group audit: Audit
   Line ─▶ pub write: Write
   └─ Page ─▶ file: File
   on_shutdown => file.close()

every \"30s\" => println!(\"{} < {}\", db.len(), 5 & 7)
on_shutdown => db.flush().await";
        assert_eq!(sample::MARKET.to_string(), expected);
    }

    #[test]
    fn a_worker_that_is_reached_twice_is_only_named_the_second_time() {
        let expected = "\
Ring  src/ring.rs:1

first: First
└─ Ball ─▶ second: Second
   └─ Ball ─▶ third: Third
      ├─ Ball ─▶ first (above)
      └─ .lost ─▶ third (above)";
        assert_eq!(sample::RING.to_string(), expected);
    }

    #[test]
    fn each_kind_of_edge_has_its_own_form() {
        let expected = "\
Mill  src/mill.rs:1

harvest: Harvest
└─ Grain ═▶ grind: Grind
   └─ Flour ═▶ sift: Sift
      └─ Flour with knead ─▶ bake: Bake
         └─ Bread ─▶ sell: Sell
            └─ Seed with |seed| seed.sown(&fields, Se… ~▶ bake (above)";
        assert_eq!(sample::MILL.to_string(), expected);
    }

    #[test]
    fn sources_stand_first_wherever_they_are_declared() {
        const WORKERS: &[GraphWorker] = {
            let workers = sample::DIAMOND.workers;
            &[workers[4], workers[3], workers[2], workers[1], workers[0]]
        };
        let backwards = Graph {
            workers: WORKERS,
            ..sample::DIAMOND
        };
        assert_eq!(backwards.to_string(), sample::DIAMOND.to_string());
    }
}
