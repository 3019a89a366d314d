//! What stands in the layers: nodes, and the lanes of links that pass.

use super::{Link, Node};

/// A place in a layer. The first slots of a net are its nodes, the others are lanes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) layer: usize,
    pub(super) height: i32,
    pub(super) lane: bool,
}

/// A piece of a link between two layers that are next to each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) left: usize,
    pub(super) right: usize,
    /// Where it ends, below the tops of its slots.
    pub(super) exit: i32,
    pub(super) entry: i32,
}

/// A piece of a link that leads back: from a node to a lane of its own layer, around the node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    pub(super) link: usize,
    pub(super) node: usize,
    pub(super) lane: usize,
    /// Where it ends, below the top of its node.
    pub(super) offset: i32,
    /// Whether it is to the right of its layer.
    pub(super) right: bool,
}

pub(super) struct Net {
    pub(super) slots: Vec<Slot>,
    /// The slots of each layer, from top to bottom.
    pub(super) layers: Vec<Vec<usize>>,
    pub(super) segments: Vec<Segment>,
    pub(super) turns: Vec<Turn>,
    /// The lanes of each link, in its direction.
    pub(super) lanes: Vec<Vec<usize>>,
}

impl Net {
    pub(super) fn new(nodes: &[Node], links: &[Link], back: &[bool], layers: &[usize]) -> Self {
        let mut net = Self {
            slots: Vec::new(),
            layers: vec![Vec::new(); layers.iter().max().map_or(0, |last| last + 1)],
            segments: Vec::new(),
            turns: Vec::new(),
            lanes: Vec::new(),
        };
        for (node, &layer) in nodes.iter().zip(layers) {
            net.slot(Slot {
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
                    net.slot(Slot {
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

    fn slot(&mut self, slot: Slot) -> usize {
        let index = self.slots.len();
        self.layers[slot.layer].push(index);
        self.slots.push(slot);
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

    /// What must stay free between two slots, of which one is directly below the other.
    pub(super) fn gap(&self, above: usize, below: usize) -> i32 {
        match (self.slots[above].lane, self.slots[below].lane) {
            (false, false) => 28,
            (true, true) => 12,
            _ => 20,
        }
    }
}
