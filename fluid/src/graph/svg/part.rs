//! One worker in a picture: its box, and the arrows that enter and leave it.

use super::super::layout::NodeSize;
use super::super::{EdgeKind, Graph, GraphEdge, GraphWorker};
use super::group::Drawing;
use super::pen::{HEAD, Pen, shortened, width};

/// The space between the border of a box and its text.
const PAD: i32 = 14;
/// The distance between two arrows that leave a box. It leaves room for the text of each.
const EXIT: i32 = 26;
/// The radius of the circles for messages from outside and for discarded outputs.
const MARK_RADIUS: i32 = 5;
/// The longest name or type, in characters. Longer ones are shortened.
const LONGEST: usize = 44;

/// A worker with its size.
pub(super) struct Part {
    worker: &'static GraphWorker,
    width: i32,
    height: i32,
    /// The content of the box, if the worker is a nested group.
    inner: Option<Drawing>,
    /// The kind of the first edge that leads to the worker. A fused edge is always the only one.
    fed: Option<EdgeKind>,
    arrows: Vec<OutArrow>,
}

/// An arrow that leaves a box. Edges of the same port, kind and adapter share one arrow.
struct OutArrow {
    edge: &'static GraphEdge,
    message: Option<String>,
    discarded: bool,
}

impl Part {
    pub(super) fn new(graph: &Graph, worker: &'static GraphWorker) -> Self {
        let mut arrows: Vec<OutArrow> = Vec::new();
        for edge in graph.edges_from(worker.name) {
            match arrows.iter_mut().find(|exit| exit.is_of(edge)) {
                Some(exit) => exit.discarded |= edge.to.is_none(),
                None => arrows.push(OutArrow {
                    edge,
                    message: graph
                        .carried(edge)
                        .map(|message| shortened(&message, LONGEST)),
                    discarded: edge.to.is_none(),
                }),
            }
        }
        let mut feeding = graph
            .edges
            .iter()
            .filter(|edge| edge.to == Some(worker.name));
        let fed = feeding.next().map(|edge| edge.kind);
        let inner = worker.form.group.map(Drawing::new);
        let mut part = Self {
            worker,
            width: 0,
            height: 0,
            inner,
            fed,
            arrows,
        };
        part.measure();
        part
    }

    fn measure(&mut self) {
        let lines = self.lines();
        let widest = lines
            .iter()
            .map(|&(class, ref line)| width(line, if class == "name" { 14 } else { 11 }));
        self.width = (widest.max().unwrap_or(0) + 2 * PAD).max(112);
        self.height = if lines.len() > 2 { 68 } else { 52 };
        if let Some(inner) = &self.inner {
            self.width = self.width.max(inner.width + 2 * PAD);
            self.height = 62 + inner.height + PAD;
        }
        let arrows = i32::try_from(self.arrows.len()).unwrap_or(0);
        self.height = self.height.max(EXIT * arrows + 8);
    }

    /// The lines of text in the box, each with its class.
    fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("name", shortened(self.worker.name, LONGEST)),
            ("soft", shortened(self.worker.type_name, LONGEST)),
        ];
        if let Some(message) = self.worker.form.message {
            lines.push(("type", format!("▸ {}", shortened(message, LONGEST))));
        }
        lines
    }

    /// The size of the worker, for the layout.
    pub(super) fn node(&self) -> NodeSize {
        let lead = match (self.worker.public, self.fed.is_some()) {
            (true, _) => 2 * MARK_RADIUS + 2 * HEAD,
            (false, true) => HEAD + 4,
            (false, false) => 0,
        };
        let tail = self.arrows.iter().map(OutArrow::length).max().unwrap_or(0);
        NodeSize {
            lead,
            width: self.width,
            tail,
            height: self.height,
        }
    }

    /// The distance from the top of the box at which edges enter. All edges share it, since they lead to the same
    /// queue.
    pub(super) fn entry(&self) -> i32 {
        if self.worker.public {
            self.height * 2 / 3
        } else {
            self.height / 2
        }
    }

    /// The distance from the top of the box at which the messages of an edge leave.
    pub(super) fn exit(&self, edge: &GraphEdge) -> i32 {
        let index = self.arrows.iter().position(|exit| exit.is_of(edge));
        self.exit_at(index.unwrap_or(0))
    }

    fn exit_at(&self, index: usize) -> i32 {
        let count = i32::try_from(self.arrows.len()).unwrap_or(1).max(1);
        let index = i32::try_from(index).unwrap_or(0);
        (self.height - (count - 1) * EXIT) / 2 + index * EXIT
    }

    /// Draws the worker with the upper left corner of its box at the origin.
    pub(super) fn draw(&self, pen: &mut Pen) {
        pen.title(&self.about());
        self.draw_entries(pen);
        self.draw_exits(pen);
        let class = if self.inner.is_some() { "frame" } else { "box" };
        pen.rect(class, (self.width, self.height), 9);
        for (y, (class, line)) in [23, 40, 57].into_iter().zip(self.lines()) {
            pen.text(class, PAD, y, &line);
        }
        if let Some(inner) = &self.inner {
            pen.group(PAD, 62, |pen| inner.draw(pen));
        }
    }

    /// The text of the tooltip: name, type and documentation.
    fn about(&self) -> String {
        let mut about = format!("{}: {}", self.worker.name, self.worker.type_name);
        let docs = [self.worker.docs, self.worker.form.docs]
            .into_iter()
            .find(|docs| !docs.is_empty());
        for line in docs.unwrap_or_default() {
            about.push('\n');
            about.push_str(line.trim());
        }
        about
    }

    fn draw_entries(&self, pen: &mut Pen) {
        let start = -self.node().lead;
        if let Some(kind) = self.fed {
            let kind = if kind == EdgeKind::Fused {
                kind
            } else {
                EdgeKind::Queued
            };
            pen.line(kind, start, self.entry(), 2 - HEAD);
            pen.head(-1, self.entry());
        }
        if self.worker.public {
            let y = self.height / if self.fed.is_some() { 3 } else { 2 };
            pen.line(EdgeKind::Queued, start + 2 * MARK_RADIUS, y, 2 - HEAD);
            pen.head(-1, y);
            pen.circle(start + MARK_RADIUS, y, MARK_RADIUS);
        }
    }

    fn draw_exits(&self, pen: &mut Pen) {
        let tail = self.node().tail;
        for (index, exit) in self.arrows.iter().enumerate() {
            let y = self.exit_at(index);
            let end = self.width + if exit.discarded { exit.length() } else { tail };
            if exit.discarded {
                pen.line(exit.edge.kind, self.width, y, end - 2 * MARK_RADIUS);
                pen.cross(end - MARK_RADIUS, y, MARK_RADIUS);
            } else if end > self.width {
                pen.line(exit.edge.kind, self.width, y, end);
            }
            let mut x = self.width + 8;
            if let Some(port) = exit.port_text() {
                pen.text("soft", x, y - 6, &port);
                x += width(&port, 11) + 6;
            }
            if let Some(message) = &exit.message {
                pen.text("type", x, y - 6, message);
            }
        }
    }
}

impl OutArrow {
    /// Whether the messages of this edge leave by this arrow.
    fn is_of(&self, edge: &GraphEdge) -> bool {
        let key = |edge: &GraphEdge| (edge.port, edge.kind, edge.adapter);
        key(self.edge) == key(edge)
    }

    fn port_text(&self) -> Option<String> {
        self.edge
            .port
            .map(|port| format!(".{}", shortened(port, LONGEST)))
    }

    /// The length of the line, so that its texts fit.
    fn length(&self) -> i32 {
        let texts = [self.port_text(), self.message.clone()];
        let widths = texts.iter().flatten().map(|text| width(text, 11) + 6);
        let texts: i32 = widths.sum();
        let mark = if self.discarded {
            2 * MARK_RADIUS + 8
        } else {
            0
        };
        if texts + mark == 0 {
            0
        } else {
            8 + texts + mark
        }
    }
}
