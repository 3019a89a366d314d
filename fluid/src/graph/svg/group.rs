//! The content of a group in a picture: its workers, the edges between them, and its callbacks.

use super::super::layout::{Layout, Link, flow, layout};
use super::super::walk::one_line;
use super::super::{EdgeKind, Graph, GraphCallback};
use super::part::Part;
use super::pen::{Pen, shortened, width};

/// The maximum width of a row of boxes without edges.
const BREADTH: i32 = 760;
/// The space above the callbacks.
const GAP: i32 = 36;
/// The longest code, in characters. Longer code is shortened.
const LONGEST: usize = 56;

/// The layout of a group.
pub(super) struct Drawing {
    pub(super) width: i32,
    pub(super) height: i32,
    parts: Vec<Part>,
    /// The kind of each route in `layout`.
    kinds: Vec<EdgeKind>,
    layout: Layout,
    callbacks: Vec<Note>,
    /// The positions of the callbacks, below everything else.
    rows: Layout,
}

impl Drawing {
    pub(super) fn new(graph: &Graph) -> Self {
        let parts: Vec<Part> = graph
            .workers
            .iter()
            .map(|worker| Part::new(graph, worker))
            .collect();
        let index = |name: &str| graph.workers.iter().position(|worker| worker.name == name);
        let links = graph.edges.iter().filter_map(|edge| {
            let (from, to) = (index(edge.from)?, index(edge.to?)?);
            let (exit, entry) = (parts[from].exit(edge), parts[to].entry());
            let link = Link {
                from,
                to,
                exit,
                entry,
            };
            Some((link, edge.kind))
        });
        let (links, kinds): (Vec<Link>, Vec<EdgeKind>) = links.unzip();
        let nodes: Vec<_> = parts.iter().map(Part::node).collect();
        let layout = layout(&nodes, &links, BREADTH);
        let callbacks: Vec<Note> = graph.callbacks.iter().map(Note::new).collect();
        let sizes: Vec<_> = callbacks
            .iter()
            .map(|note| (note.width, Note::HEIGHT))
            .collect();
        let rows = flow(&sizes, layout.width.max(BREADTH), 16);
        let gap = if layout.height > 0 && rows.height > 0 {
            GAP
        } else {
            0
        };
        Self {
            width: layout.width.max(rows.width),
            height: layout.height + gap + rows.height,
            parts,
            kinds,
            layout,
            callbacks,
            rows,
        }
    }

    /// Draws the group with its upper left corner at the origin.
    pub(super) fn draw(&self, pen: &mut Pen) {
        for (route, &kind) in self.layout.routes.iter().zip(&self.kinds) {
            pen.route(kind, route);
        }
        for (part, corner) in self.parts.iter().zip(&self.layout.corners) {
            pen.group(corner.x, corner.y, |pen| part.draw(pen));
        }
        let top = self.height - self.rows.height;
        for (note, corner) in self.callbacks.iter().zip(&self.rows.corners) {
            pen.group(corner.x, top + corner.y, |pen| note.draw(pen));
        }
    }
}

/// A callback with its size.
struct Note {
    when: String,
    run: String,
    about: String,
    width: i32,
}

impl Note {
    const HEIGHT: i32 = 46;

    fn new(callback: &GraphCallback) -> Self {
        let code = one_line(callback.run);
        let (when, run) = (shortened(callback.when, LONGEST), shortened(&code, LONGEST));
        let width = width(&when, 11).max(width(&run, 11)) + 24;
        Self {
            about: format!("{} => {code}", callback.when),
            when,
            run,
            width,
        }
    }

    fn draw(&self, pen: &mut Pen) {
        pen.title(&self.about);
        pen.rect("callback", (self.width, Self::HEIGHT), 9);
        pen.text("when", 12, 19, &self.when);
        pen.text("soft", 12, 35, &self.run);
    }
}
