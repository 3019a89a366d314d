//! Writes the elements of an SVG picture.

use std::fmt::Write as _;

use super::super::EdgeKind;
use super::super::layout::Point;

/// The length of an arrow's head.
pub(super) const HEAD: i32 = 9;

/// The maximum width of a text at a font size, in the widest of the common monospaced fonts.
pub(super) fn width(text: &str, size: i32) -> i32 {
    // Above U+1100 most characters are two columns wide, so all of them are counted as two.
    let columns: i32 = text
        .chars()
        .map(|c| if u32::from(c) < 0x1100 { 1 } else { 2 })
        .sum();
    (columns * size * 62 + 99) / 100
}

/// Shortens a text to `most` characters. The last one is then an ellipsis.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        let start: String = text.chars().take(most.saturating_sub(1)).collect();
        format!("{}…", start.trim_end())
    }
}

/// Escapes a text for XML.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML cannot represent control characters.
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The document that is built.
pub(super) struct Pen {
    text: String,
    indent: usize,
}

impl Pen {
    pub(super) fn new() -> Self {
        Self {
            text: String::new(),
            indent: 0,
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// A line of markup.
    pub(super) fn raw(&mut self, markup: &str) {
        for _ in 0..self.indent {
            self.text.push(' ');
        }
        self.text.push_str(markup);
        self.text.push('\n');
    }

    /// Draws with `draw`, moved to the point (`x`, `y`).
    pub(super) fn group(&mut self, x: i32, y: i32, draw: impl FnOnce(&mut Self)) {
        self.raw(&format!("<g transform=\"translate({x} {y})\">"));
        self.indent += 1;
        draw(self);
        self.indent -= 1;
        self.raw("</g>");
    }

    /// Writes the tooltip of the enclosing group, which screen readers read too.
    pub(super) fn title(&mut self, text: &str) {
        self.raw(&format!("<title>{}</title>", escaped(text)));
    }

    pub(super) fn text(&mut self, class: &str, x: i32, y: i32, text: &str) {
        self.raw(&format!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>",
            escaped(text)
        ));
    }

    /// A box with round corners.
    pub(super) fn rect(&mut self, class: &str, (width, height): (i32, i32), radius: i32) {
        self.raw(&format!(
            "<rect class=\"{class}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\"/>"
        ));
    }

    /// A horizontal line.
    pub(super) fn line(&mut self, kind: EdgeKind, x: i32, y: i32, to: i32) {
        self.path(kind, &format!("M{x} {y}H{to}"));
    }

    /// A line along the path `d`.
    fn path(&mut self, kind: EdgeKind, d: &str) {
        let class = match kind {
            EdgeKind::Queued => "line",
            EdgeKind::Fused => "line fused",
            EdgeKind::Feedback => "line feedback",
        };
        self.raw(&format!("<path class=\"{class}\" d=\"{d}\"/>"));
    }

    /// A circle, which marks where messages come from outside.
    pub(super) fn circle(&mut self, x: i32, y: i32, radius: i32) {
        self.raw(&format!(
            "<circle class=\"mark\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>"
        ));
    }

    /// A crossed circle, which marks a discarded output.
    pub(super) fn cross(&mut self, x: i32, y: i32, radius: i32) {
        self.circle(x, y, radius);
        let (left, bottom, side) = (x - radius, y + radius, 2 * radius);
        self.raw(&format!(
            "<path class=\"line\" d=\"M{left} {bottom}l{side} -{side}\"/>"
        ));
    }

    /// The head of an arrow to the right.
    pub(super) fn head(&mut self, tip: i32, y: i32) {
        let d = format!("M{tip} {y}l-{HEAD} -4.5l2.5 4.5l-2.5 4.5z");
        self.raw(&format!("<path class=\"head\" d=\"{d}\"/>"));
    }

    /// A line along a route: a curve where it goes up or down between two layers, and rounded corners where it
    /// turns.
    pub(super) fn route(&mut self, kind: EdgeKind, route: &[Point]) {
        let Some(start) = route.first() else {
            return;
        };
        let mut d = format!("M{} {}", start.x, start.y);
        for (index, step) in route.windows(2).enumerate() {
            let (from, to) = (step[0], step[1]);
            let before = index.checked_sub(1).map(|before| route[before]);
            let after = route.get(index + 2).filter(|after| after.x == to.x);
            if from.x == to.x {
                d += &turn(before.unwrap_or(from), from, to);
            } else if from.y != to.y {
                let middle = i32::midpoint(from.x, to.x);
                let _ = write!(
                    d,
                    "C{middle} {} {middle} {} {} {}",
                    from.y, to.y, to.x, to.y
                );
            } else {
                // If the route turns next, the turn begins before the corner.
                let radius = after.map_or(0, |&after| radius(to, after));
                let _ = write!(d, "H{}", to.x - (to.x - from.x).signum() * radius);
            }
        }
        self.path(kind, &d);
    }
}

/// The radius of the corners of a turn.
fn radius(from: Point, to: Point) -> i32 {
    ((to.y - from.y).abs() / 2).min(7)
}

/// A turn up or down between two corners, which leaves in the direction opposite to the one it came from.
fn turn(before: Point, from: Point, to: Point) -> String {
    let radius = radius(from, to);
    let (x, side, down) = (
        from.x,
        (from.x - before.x).signum() * radius,
        (to.y - from.y).signum() * radius,
    );
    format!(
        "Q{x} {} {x} {}V{}Q{x} {} {} {}",
        from.y,
        from.y + down,
        to.y - down,
        to.y,
        to.x - side,
        to.y
    )
}
