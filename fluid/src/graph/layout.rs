//! Where boxes and arrows stand: in layers, from left to right. Pure, and free of texts.
//!
//! The way is Sugiyama's: break the cycles ([`layers`]), give each node a layer, and each long link a lane through
//! every layer that it passes; order the layers so that few links cross ([`order`]); then give each node and lane the
//! place where its links are as straight as its neighbours allow ([`rows`], [`columns`]). Lanes keep clear of nodes,
//! and between two layers there is nothing but links, so that no link can touch a node that is not its own.

mod columns;
mod layers;
mod net;
mod order;
mod rows;
#[cfg(test)]
mod tests;

use net::Net;

/// The space between two parts that have nothing to do with each other.
const APART: i32 = 32;

/// A node that wants a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// What must stay free before it, where links enter.
    pub(super) lead: i32,
    pub(super) width: i32,
    /// What must stay free behind it, where links leave.
    pub(super) tail: i32,
    pub(super) height: i32,
}

/// A link between two nodes, by their indices.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    /// How far below the top of its node it leaves.
    pub(super) exit: i32,
    /// How far below the top of its node it enters.
    pub(super) entry: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) x: i32,
    pub(super) y: i32,
}

/// Where everything stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    /// The upper left corner of each node, without its lead.
    pub(super) corners: Vec<Point>,
    /// The way of each link, from the end of a tail to the start of a lead. It begins and ends horizontally, and the
    /// box around each step of it is free of nodes: so a step may be bent within that box.
    pub(super) routes: Vec<Vec<Point>>,
}

/// Places nodes and links. Parts that are not connected stand below each other; nodes without links stand in rows at
/// the bottom, which are not wider than `breadth` or the widest part.
pub(super) fn layout(nodes: &[Node], links: &[Link], breadth: i32) -> Layout {
    let mut whole = Layout {
        width: 0,
        height: 0,
        corners: vec![Point { x: 0, y: 0 }; nodes.len()],
        routes: vec![Vec::new(); links.len()],
    };
    let (parts, loners) = layers::parts(nodes.len(), links);
    for members in parts {
        whole.add(nodes, links, &members);
    }
    let sizes: Vec<_> = loners
        .iter()
        .map(|&loner| {
            let node = nodes[loner];
            (node.lead + node.width + node.tail, node.height)
        })
        .collect();
    let rows = flow(&sizes, whole.width.max(breadth), APART / 2);
    let top = whole.next_top(rows.height);
    for (&loner, corner) in loners.iter().zip(rows.corners) {
        whole.corners[loner] = Point {
            x: corner.x + nodes[loner].lead,
            y: top + corner.y,
        };
    }
    whole.width = whole.width.max(rows.width);
    whole
}

impl Layout {
    /// Makes room for something below what there is, and says where.
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

    /// Places a connected part of the graph below what there is.
    fn add(&mut self, nodes: &[Node], links: &[Link], members: &[usize]) {
        let inner: Vec<Node> = members.iter().map(|&member| nodes[member]).collect();
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

/// Places nodes all of which hang together.
fn connected(nodes: &[Node], links: &[Link]) -> Layout {
    let back = layers::back(nodes.len(), links);
    let layers = layers::layers(nodes.len(), links, &back);
    let mut net = Net::new(nodes, links, &back, &layers);
    order::arrange(&mut net);
    let tops = rows::tops(&net);
    columns::draw(&net, nodes, links, &tops)
}

/// Rectangles of a width and a height, one after the other in rows that are not wider than `breadth` if that is
/// possible. Has no routes.
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
