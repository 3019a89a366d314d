//! A graph as an SVG picture.

mod group;
mod part;
mod pen;
#[cfg(test)]
mod tests;

use super::Graph;
use group::Drawing;
use pen::{Pen, escaped};

/// The style sheet, for light and dark mode.
const STYLE: &str = include_str!("svg/style.css");
/// The margin on all sides.
const MARGIN: i32 = 28;

impl Graph {
    /// The graph as an SVG document, which can be a file of its own or part of an HTML page. It follows the
    /// reader's choice of light or dark mode. Messages go from left to right. Each arrow shows the named port and
    /// the type of the messages.
    ///
    /// A thick line is a fused edge, and a dotted line a feedback edge. An arrow from a small circle shows that
    /// messages may come from outside. A crossed circle is a discarded output, and dashed boxes are callbacks.
    ///
    /// The colours are CSS variables such as `--fluid-box`. A page can set them on `.fluid-graph`.
    ///
    /// Equal graphs give equal documents. The document ends with a newline.
    ///
    /// ```
    /// use fluid::graph::Graph;
    ///
    /// fn write(graph: &Graph) -> std::io::Result<()> {
    ///     std::fs::write("market.svg", graph.svg())
    /// }
    /// ```
    #[must_use]
    pub fn svg(&self) -> String {
        let drawing = Drawing::new(self);
        let heading = Heading::new(self);
        let width = drawing.width.max(heading.width) + 2 * MARGIN;
        let height = drawing.height + heading.height + 2 * MARGIN;
        let mut pen = Pen::new();
        pen.raw(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"fluid-graph\" role=\"img\" \
             width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">"
        ));
        pen.raw(&format!("<title>{}</title>", escaped(self.name)));
        pen.raw(&format!("<style>\n{STYLE}</style>"));
        pen.raw(&format!(
            "<rect class=\"page\" width=\"{width}\" height=\"{height}\" rx=\"12\"/>"
        ));
        heading.draw(&mut pen);
        pen.group(MARGIN, MARGIN + heading.height, |pen| drawing.draw(pen));
        pen.raw("</svg>");
        pen.finish()
    }
}

/// The heading: the name of the group and the first paragraph of its documentation.
struct Heading {
    name: String,
    docs: Vec<&'static str>,
    width: i32,
    height: i32,
}

impl Heading {
    fn new(graph: &Graph) -> Self {
        let name = if graph.name == graph.type_name {
            graph.name.to_owned()
        } else {
            format!("{}: {}", graph.name, graph.type_name)
        };
        let paragraph = graph.docs.iter().map(|line| line.trim());
        let docs: Vec<&str> = paragraph.take_while(|line| !line.is_empty()).collect();
        let widths = docs.iter().map(|line| pen::width(line, 12));
        let width = widths.max().unwrap_or(0).max(pen::width(&name, 18));
        let lines = i32::try_from(docs.len()).unwrap_or(0);
        Self {
            name,
            width,
            height: 40 + 18 * lines,
            docs,
        }
    }

    fn draw(&self, pen: &mut Pen) {
        pen.text("title", MARGIN, MARGIN + 14, &self.name);
        let mut y = MARGIN + 16;
        for line in &self.docs {
            y += 18;
            pen.text("docs", MARGIN, y, line);
        }
    }
}
