//! The items of the layers: nodes, and the lanes of links that pass.

use super::{Link, NodeSize};

/// A node or a lane in a layer. The first items of a net are its nodes, the others are lanes.
#[derive(Clone, Copy, Debug)]
pub(super) struct LayerItem {
    pub(super) layer: usize,
    pub(super) height: i32,
    pub(super) lane: bool,
}

/// A piece of a link between two adjacent layers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) left: usize,
    pub(super) right: usize,
    /// Distances of the two ends from the tops of their items.
    pub(super) exit: i32,
    pub(super) entry: i32,
}

/// A piece of a link that leads back: from a node, around that node, to a lane in the same layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    pub(super) link: usize,
    pub(super) node: usize,
    pub(super) lane: usize,
    /// Distance of its end from the top of its node.
    pub(super) offset: i32,
    /// Whether the piece is to the right of its layer.
    pub(super) right: bool,
}

pub(super) struct Net {
    pub(super) items: Vec<LayerItem>,
    /// The items of each layer, from top to bottom.
    pub(super) layers: Vec<Vec<usize>>,
    pub(super) segments: Vec<Segment>,
    pub(super) turns: Vec<Turn>,
    /// The lanes of each link, in the direction of the link.
    pub(super) lanes: Vec<Vec<usize>>,
}

impl Net {
    pub(super) fn new(nodes: &[NodeSize], links: &[Link], back: &[bool], layers: &[usize]) -> Self {
        let mut net = Self {
            items: Vec::new(),
            layers: vec![Vec::new(); layers.iter().max().map_or(0, |last| last + 1)],
            segments: Vec::new(),
            turns: Vec::new(),
            lanes: Vec::new(),
        };
        for (node, &layer) in nodes.iter().zip(layers) {
            net.item(LayerItem {
                layer,
                height: node.height,
                lane: false,
            });
        }
        for (index, (link, &back)) in links.iter().zip(back).enumerate() {
            let (from, to) = (layers[link.from], layers[link.to]);
            let passed: Vec<usize> = if back {
                (to..=from).rev().collect()
            } else {
                (from + 1..to).collect()
            };
            let lanes: Vec<usize> = passed
                .into_iter()
                .map(|layer| {
                    net.item(LayerItem {
                        layer,
                        height: 0,
                        lane: true,
                    })
                })
                .collect();
            if back {
                net.add_back(index, link, &lanes);
            } else {
                net.add_forward(link, &lanes);
            }
            net.lanes.push(lanes);
        }
        net
    }

    fn item(&mut self, item: LayerItem) -> usize {
        let index = self.items.len();
        self.layers[item.layer].push(index);
        self.items.push(item);
        index
    }

    fn add_forward(&mut self, link: &Link, lanes: &[usize]) {
        let (mut left, mut exit) = (link.from, link.exit);
        for &right in lanes {
            self.segments.push(Segment {
                left,
                right,
                exit,
                entry: 0,
            });
            (left, exit) = (right, 0);
        }
        self.segments.push(Segment {
            left,
            right: link.to,
            exit,
            entry: link.entry,
        });
    }

    fn add_back(&mut self, index: usize, link: &Link, lanes: &[usize]) {
        for pair in lanes.windows(2) {
            self.segments.push(Segment {
                left: pair[1],
                right: pair[0],
                exit: 0,
                entry: 0,
            });
        }
        if let (Some(&first), Some(&last)) = (lanes.first(), lanes.last()) {
            let turn = Turn {
                link: index,
                node: link.from,
                lane: first,
                offset: link.exit,
                right: true,
            };
            self.turns.push(turn);
            let turn = Turn {
                link: index,
                node: link.to,
                lane: last,
                offset: link.entry,
                right: false,
            };
            self.turns.push(turn);
        }
    }

    /// The free space between two items, one directly below the other.
    pub(super) fn gap(&self, above: usize, below: usize) -> i32 {
        match (self.items[above].lane, self.items[below].lane) {
            (false, false) => 28,
            (true, true) => 12,
            _ => 20,
        }
    }
}
