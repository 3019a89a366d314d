//! The layout of boxes and arrows in layers, from left to right. It is pure and knows no texts.
//!
//! The algorithm is Sugiyama's:
//!
//! - [`layers`] breaks the cycles and gives each node a layer. A long link gets a lane in every layer that it passes.
//! - [`order`] sorts the layers so that few links cross.
//! - [`rows`] and [`columns`] choose coordinates so that links are as straight as their neighbours allow.
//!
//! Lanes do not touch nodes, and only links run between two layers. So no link touches a node that is not at its
//! end.

mod columns;
mod layers;
mod net;
mod order;
mod rows;
#[cfg(test)]
mod tests;

use net::Net;

/// The space between two parts of the graph that are not connected.
const APART: i32 = 32;

/// The size of a node: a box, with free space for links on both sides.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeSize {
    /// Free space to the left of the box, where links enter.
    pub(super) lead: i32,
    pub(super) width: i32,
    /// Free space to the right of the box, where links leave.
    pub(super) tail: i32,
    pub(super) height: i32,
}

/// A link between two nodes, given by their indices.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Distance from the top of the source node to the start of the link.
    pub(super) exit: i32,
    /// Distance from the top of the target node to the end of the link.
    pub(super) entry: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) x: i32,
    pub(super) y: i32,
}

/// The coordinates of all nodes and links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    /// The upper left corner of each node's box, without its lead.
    pub(super) corners: Vec<Point>,
    /// The route of each link, from the end of a tail to the start of a lead. It begins and ends horizontally. The
    /// rectangle around each step of it is free of nodes, so that a step may be drawn as a curve within that
    /// rectangle.
    pub(super) routes: Vec<Vec<Point>>,
}

/// Places nodes and links. Parts that are not connected stand below each other. Nodes without links stand in rows
/// at the bottom. A row is not wider than `breadth` or the widest part.
pub(super) fn layout(nodes: &[NodeSize], links: &[Link], breadth: i32) -> Layout {
    let mut whole = Layout {
        width: 0,
        height: 0,
        corners: vec![Point { x: 0, y: 0 }; nodes.len()],
        routes: vec![Vec::new(); links.len()],
    };
    let (parts, isolated) = layers::parts(nodes.len(), links);
    for members in parts {
        whole.add(nodes, links, &members);
    }
    let sizes: Vec<_> = isolated
        .iter()
        .map(|&node_index| {
            let node = nodes[node_index];
            (node.lead + node.width + node.tail, node.height)
        })
        .collect();
    let rows = flow(&sizes, whole.width.max(breadth), APART / 2);
    let top = whole.next_top(rows.height);
    for (&node_index, corner) in isolated.iter().zip(rows.corners) {
        whole.corners[node_index] = Point {
            x: corner.x + nodes[node_index].lead,
            y: top + corner.y,
        };
    }
    whole.width = whole.width.max(rows.width);
    whole
}

impl Layout {
    /// Adds room for `height` below the present content. Returns its top.
    fn next_top(&mut self, height: i32) -> i32 {
        if height == 0 {
            return self.height;
        }
        let top = if self.height == 0 {
            0
        } else {
            self.height + APART
        };
        self.height = top + height;
        top
    }

    /// Places a connected part of the graph below the present content.
    fn add(&mut self, nodes: &[NodeSize], links: &[Link], members: &[usize]) {
        let inner: Vec<NodeSize> = members.iter().map(|&member| nodes[member]).collect();
        let index = |node: usize| members.binary_search(&node).ok();
        let (own, inner_links): (Vec<usize>, Vec<Link>) = links
            .iter()
            .enumerate()
            .filter_map(|(number, link)| {
                let (from, to) = (index(link.from)?, index(link.to)?);
                Some((number, Link { from, to, ..*link }))
            })
            .unzip();
        let part = connected(&inner, &inner_links);
        let top = self.next_top(part.height);
        let moved = |point: Point| Point {
            y: point.y + top,
            ..point
        };
        for (&member, corner) in members.iter().zip(part.corners) {
            self.corners[member] = moved(corner);
        }
        for (link, route) in own.into_iter().zip(part.routes) {
            self.routes[link] = route.into_iter().map(moved).collect();
        }
        self.width = self.width.max(part.width);
    }
}

/// Places nodes that are all connected.
fn connected(nodes: &[NodeSize], links: &[Link]) -> Layout {
    let back = layers::back(nodes.len(), links);
    let layers = layers::layers(nodes.len(), links, &back);
    let mut net = Net::new(nodes, links, &back, &layers);
    order::arrange(&mut net);
    let tops = rows::tops(&net);
    columns::draw(&net, nodes, links, &tops)
}

/// Places rectangles, given by width and height, in rows. A row is not wider than `breadth` if that is possible.
/// The layout has no routes.
pub(super) fn flow(sizes: &[(i32, i32)], breadth: i32, gap: i32) -> Layout {
    let mut rows = Layout {
        width: 0,
        height: 0,
        corners: Vec::new(),
        routes: Vec::new(),
    };
    let (mut x, mut top) = (0, 0);
    for &(width, height) in sizes {
        if x > 0 && x + width > breadth {
            (x, top) = (0, rows.height + gap);
        }
        rows.corners.push(Point { x, y: top });
        rows.width = rows.width.max(x + width);
        rows.height = rows.height.max(top + height);
        x += width + gap;
    }
    rows
}
