use proptest::prelude::*;

use super::*;

/// What no link may touch: left, top, right, bottom.
type Rectangle = (i32, i32, i32, i32);

fn overlap(a: Rectangle, b: Rectangle) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

/// All that must be true of every layout.
fn check(nodes: &[Node], links: &[Link]) {
    let layout = layout(nodes, links, 300);
    assert_eq!(
        layout,
        super::layout(nodes, links, 300),
        "the same layout twice"
    );
    let boxes: Vec<Rectangle> = nodes
        .iter()
        .zip(&layout.corners)
        .map(|(node, corner)| {
            let right = corner.x + node.width + node.tail;
            (
                corner.x - node.lead,
                corner.y,
                right,
                corner.y + node.height,
            )
        })
        .collect();
    for (index, &one) in boxes.iter().enumerate() {
        assert!(one.0 >= 0 && one.1 >= 0, "{one:?} is in the picture");
        assert!(
            one.2 <= layout.width && one.3 <= layout.height,
            "{one:?} is in the picture"
        );
        for &other in &boxes[index + 1..] {
            assert!(
                !overlap(one, other),
                "{one:?} and {other:?} overlap: {layout:?}"
            );
        }
    }
    for (link, route) in links.iter().zip(&layout.routes) {
        let (from, to) = (boxes[link.from], boxes[link.to]);
        let ends = [
            Point {
                x: from.2,
                y: from.1 + link.exit,
            },
            Point {
                x: to.0,
                y: to.1 + link.entry,
            },
        ];
        assert_eq!(
            [route[0], route[route.len() - 1]],
            ends,
            "{link:?} is at its ends"
        );
        for step in route.windows(2) {
            let (a, b) = (step[0], step[1]);
            assert_ne!(a, b);
            let step = (a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y));
            assert!(step.0 >= 0 && step.1 >= 0, "{step:?} is in the picture");
            assert!(
                step.2 <= layout.width && step.3 <= layout.height,
                "{step:?} is in the picture"
            );
            // Also that of its own nodes: it begins and ends at their borders.
            let hit = boxes.iter().find(|node| overlap(**node, step));
            assert_eq!(
                hit, None,
                "{step:?} of {link:?} is clear of nodes: {layout:?}"
            );
        }
    }
}

fn node(width: i32, height: i32) -> Node {
    Node {
        lead: 10,
        width,
        tail: 30,
        height,
    }
}

fn link(from: usize, to: usize) -> Link {
    Link {
        from,
        to,
        exit: 20,
        entry: 30,
    }
}

/// Every graph of so many nodes, with or without loops from a node to itself.
fn check_all(count: usize, loops: bool) {
    let nodes: Vec<Node> = (0..count)
        .map(|index| node(100, if index == 1 { 90 } else { 50 }))
        .collect();
    let possible: Vec<Link> = (0..count)
        .flat_map(|from| (0..count).map(move |to| link(from, to)))
        .filter(|link| loops || link.from != link.to)
        .collect();
    for chosen in 0_u32..1 << possible.len() {
        let is_chosen = |index: &usize| chosen & (1 << index) != 0;
        let links: Vec<Link> = (0..possible.len())
            .filter(is_chosen)
            .map(|index| possible[index])
            .collect();
        check(&nodes, &links);
    }
}

#[test]
fn every_graph_of_up_to_three_nodes_has_a_layout() {
    for count in 0..=3 {
        check_all(count, true);
    }
}

#[test]
fn every_graph_of_four_nodes_without_loops_has_a_layout() {
    check_all(4, false);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn larger_graphs_have_a_layout(
        sizes in prop::collection::vec((0..60, 40..300, 0..200, 40..300), 1..14),
        ends in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..=40, 0..=40), 0..30),
    ) {
        let nodes: Vec<Node> = sizes
            .into_iter()
            .map(|(lead, width, tail, height)| Node { lead, width, tail, height })
            .collect();
        let links: Vec<Link> = ends
            .into_iter()
            .map(|(from, to, exit, entry)| {
                Link { from: from.index(nodes.len()), to: to.index(nodes.len()), exit, entry }
            })
            .collect();
        check(&nodes, &links);
    }
}

/// A link from the middle of a node to the middle of another.
fn central(nodes: &[Node], from: usize, to: usize) -> Link {
    Link {
        from,
        to,
        exit: nodes[from].height / 2,
        entry: nodes[to].height / 2,
    }
}

fn is_direct(route: &[Point]) -> bool {
    route.iter().all(|point| point.y == route[0].y)
}

#[test]
fn a_chain_stands_on_one_line() {
    let nodes = [node(100, 50), node(100, 90), node(100, 50)];
    let links = [(0, 1), (1, 2)].map(|(from, to)| central(&nodes, from, to));
    let layout = layout(&nodes, &links, 300);
    assert!(
        layout.routes.iter().all(|route| is_direct(route)),
        "{layout:?}"
    );
}

#[test]
fn a_node_stands_in_the_middle_of_its_successors_and_they_stand_close_together() {
    let nodes = [node(100, 50), node(100, 50), node(100, 90), node(100, 50)];
    let links = [1, 2, 3].map(|to| central(&nodes, 0, to));
    let layout = layout(&nodes, &links, 300);
    assert!(is_direct(&layout.routes[1]), "{layout:?}");
    assert_eq!(layout.height, 50 + 28 + 90 + 28 + 50);
}

#[test]
fn a_long_link_is_straight_beside_the_nodes_it_passes() {
    let nodes = [node(100, 50); 4];
    let links = [(0, 1), (1, 2), (2, 3), (0, 3)].map(|(from, to)| central(&nodes, from, to));
    let layout = layout(&nodes, &links, 300);
    let inside = &layout.routes[3][1..layout.routes[3].len() - 1];
    assert!(is_direct(inside), "{layout:?}");
    assert!(
        layout.routes[..3].iter().all(|route| is_direct(route)),
        "{layout:?}"
    );
}

#[test]
fn links_do_not_cross_without_need() {
    // Written such that the order of the nodes would make each link cross the others.
    let nodes = [node(100, 50); 6];
    let links = [link(0, 5), link(1, 4), link(2, 3), link(0, 4), link(1, 3)];
    let layout = layout(&nodes, &links, 300);
    let tops: Vec<i32> = layout.corners.iter().map(|corner| corner.y).collect();
    let left = [tops[0].cmp(&tops[1]), tops[1].cmp(&tops[2])];
    let right = [tops[5].cmp(&tops[4]), tops[4].cmp(&tops[3])];
    assert_eq!(left, right, "{layout:?}");
}

#[test]
fn a_long_cycle_has_one_link_that_leads_back() {
    let links: Vec<Link> = (0..50).map(|from| link(from, (from + 1) % 50)).collect();
    let back = layers::back(50, &links);
    assert_eq!(back.iter().filter(|back| **back).count(), 1);
    assert!(back[49]);
}

#[test]
fn rows_are_filled_before_the_next_begins() {
    let rows = flow(&[(60, 10), (60, 20), (60, 5), (300, 5)], 140, 10);
    let corners: Vec<(i32, i32)> = rows
        .corners
        .iter()
        .map(|corner| (corner.x, corner.y))
        .collect();
    assert_eq!(corners, [(0, 0), (70, 0), (0, 30), (0, 45)]);
    assert_eq!((rows.width, rows.height), (300, 50));
}
