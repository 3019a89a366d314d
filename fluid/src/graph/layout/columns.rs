//! The horizontal position of each layer, and the routes of the links.

use super::net::{Net, Turn};
use super::{Layout, Link, NodeSize, Point};

/// The space between two layers.
const GAP: i32 = 40;
/// The space between two turns, and between a turn and its layer.
const TURN: i32 = 9;

/// The extent of a layer. Its leads begin at `left`, its boxes at `body`, and its tails end before `right`.
struct Column {
    left: i32,
    body: i32,
    right: i32,
}

/// Places every layer and computes the route of every link.
pub(super) fn draw(net: &Net, nodes: &[NodeSize], links: &[Link], tops: &[i32]) -> Layout {
    let (columns, width) = columns(net, nodes, tops);
    let corner = |node: usize| Point {
        x: columns[net.items[node].layer].body,
        y: tops[node],
    };
    let corners: Vec<Point> = (0..nodes.len()).map(corner).collect();
    let turns = turns(net, tops);
    let routes = links
        .iter()
        .enumerate()
        .map(|(index, link)| {
            let start = Point {
                x: corners[link.from].x + nodes[link.from].width + nodes[link.from].tail,
                y: corners[link.from].y + link.exit,
            };
            let end = Point {
                x: corners[link.to].x - nodes[link.to].lead,
                y: corners[link.to].y + link.entry,
            };
            let column = |node: usize| &columns[net.items[node].layer];
            let lanes = net.lanes[index]
                .iter()
                .map(|&lane| (column(lane), tops[lane]));
            let mut route = vec![start];
            let around = |right| {
                turns
                    .iter()
                    .find(|(turn, _)| turn.link == index && turn.right == right)
            };
            if let (Some((_, first)), Some((_, last))) = (around(true), around(false)) {
                let right = column(link.from).right + first;
                route.push(Point {
                    x: right,
                    y: start.y,
                });
                for (step, (column, y)) in lanes.enumerate() {
                    route.push(Point {
                        x: if step == 0 { right } else { column.right },
                        y,
                    });
                    route.push(Point { x: column.left, y });
                }
                let left = column(link.to).left - last;
                let y = route.last().map_or(end.y, |point| point.y);
                route.push(Point { x: left, y });
                route.push(Point { x: left, y: end.y });
            } else {
                route.push(Point {
                    x: column(link.from).right,
                    y: start.y,
                });
                for (column, y) in lanes {
                    route.extend([Point { x: column.left, y }, Point { x: column.right, y }]);
                }
                route.push(Point {
                    x: column(link.to).left,
                    y: end.y,
                });
            }
            route.push(end);
            simplified(&route)
        })
        .collect();
    let bottom = |item: usize| tops[item] + net.items[item].height;
    let height = (0..net.items.len()).map(bottom).max().unwrap_or(0);
    Layout {
        width,
        height,
        corners,
        routes,
    }
}

/// The columns and their total width.
fn columns(net: &Net, nodes: &[NodeSize], tops: &[i32]) -> (Vec<Column>, i32) {
    // The room for the turns to the right or to the left of a layer.
    let room = |layer: usize, right: bool| {
        let here = |turn: &&Turn| turn.right == right && net.items[turn.node].layer == layer;
        match i32::try_from(net.turns.iter().filter(here).count()).unwrap_or(i32::MAX / TURN - 2) {
            0 => 0,
            count => (count + 1) * TURN,
        }
    };
    let mut columns: Vec<Column> = Vec::new();
    let mut left = room(0, false);
    for (index, layer) in net.layers.iter().enumerate() {
        let inside = || layer.iter().filter_map(|&item| nodes.get(item));
        let lead = inside().map(|node| node.lead).max().unwrap_or(0);
        let rest = inside()
            .map(|node| node.width + node.tail)
            .max()
            .unwrap_or(0);
        let column = Column {
            left,
            body: left + lead,
            right: left + lead + rest,
        };
        let next = room(index, true) + room(index + 1, false);
        left = column.right + GAP + next + slope(net, tops, index);
        columns.push(column);
    }
    let last = net.layers.len().saturating_sub(1);
    let width = columns.last().map_or(0, |column| column.right) + room(last, true);
    (columns, width)
}

/// Additional room behind a layer whose links go far up or down, so that they are less steep.
fn slope(net: &Net, tops: &[i32], layer: usize) -> i32 {
    let height = net
        .segments
        .iter()
        .filter(|segment| net.items[segment.left].layer == layer)
        .map(|segment| {
            let (from, to) = (
                tops[segment.left] + segment.exit,
                tops[segment.right] + segment.entry,
            );
            (from - to).abs()
        })
        .max();
    (height.unwrap_or(0) / 6).min(80)
}

/// The distance of each turn from its layer. Narrow turns are inside wide turns.
fn turns(net: &Net, tops: &[i32]) -> Vec<(Turn, i32)> {
    let mut turns: Vec<Turn> = net.turns.clone();
    turns.sort_by_key(|turn| (tops[turn.node] + turn.offset - tops[turn.lane]).abs());
    let mut placed: Vec<(Turn, i32)> = Vec::new();
    for turn in turns {
        let beside = |other: &&(Turn, i32)| {
            let layer = |turn: &Turn| net.items[turn.node].layer;
            other.0.right == turn.right && layer(&other.0) == layer(&turn)
        };
        let outermost = placed
            .iter()
            .filter(beside)
            .map(|(_, distance)| *distance)
            .max();
        placed.push((turn, outermost.unwrap_or(0) + TURN));
    }
    placed
}

/// Removes points from a route that do not change its shape.
fn simplified(route: &[Point]) -> Vec<Point> {
    let mut simple: Vec<Point> = Vec::new();
    for &point in route {
        if let [.., before, last] = simple.as_slice()
            && ((before.y == last.y && last.y == point.y)
                || (before.x == last.x && last.x == point.x))
        {
            simple.pop();
        }
        if simple.last() != Some(&point) {
            simple.push(point);
        }
    }
    simple
}
