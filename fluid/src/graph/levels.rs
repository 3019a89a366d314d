//! The start order of a graph: its levels, sinks first. The function is pure and independent of the runtime.

use std::collections::BTreeMap;

/// Sorts the nodes into levels. All nodes that a node feeds are in earlier levels than the node itself.
///
/// # Errors
///
/// The nodes that are part of a cycle or on a path between two cycles.
pub(crate) fn levels<N: Copy + Ord>(feeds: &BTreeMap<N, Vec<N>>) -> Result<Vec<Vec<N>>, Vec<N>> {
    // The number of targets of each node that are not in a level yet.
    let mut open: BTreeMap<N, usize> = feeds
        .iter()
        .map(|(&node, targets)| (node, targets.len()))
        .collect();
    let mut feeders: BTreeMap<N, Vec<N>> = BTreeMap::new();
    for (&node, targets) in feeds {
        for &target in targets {
            feeders.entry(target).or_default().push(node);
        }
    }
    let mut levels = Vec::new();
    let mut level: Vec<N> = open
        .iter()
        .filter(|(_, open)| **open == 0)
        .map(|(&n, _)| n)
        .collect();
    while !level.is_empty() {
        let mut next = Vec::new();
        for node in &level {
            open.remove(node);
            for feeder in feeders.get(node).into_iter().flatten() {
                let open = open.get_mut(feeder).expect("a node that feeds is a node");
                *open -= 1;
                if *open == 0 {
                    next.push(*feeder);
                }
            }
        }
        levels.push(std::mem::replace(&mut level, next));
    }
    if open.is_empty() {
        Ok(levels)
    } else {
        Err(on_cycles(open.into_keys().collect(), &feeders))
    }
}

/// Removes the nodes that only lead to a cycle.
fn on_cycles<N: Copy + Ord>(mut nodes: Vec<N>, feeders: &BTreeMap<N, Vec<N>>) -> Vec<N> {
    loop {
        let before = nodes.clone();
        nodes.retain(|node| {
            let fed_by = feeders.get(node).into_iter().flatten();
            fed_by.into_iter().any(|feeder| before.contains(feeder))
        });
        if nodes.len() == before.len() {
            return nodes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every graph with `nodes` nodes, including edges from a node to itself.
    fn graphs(nodes: usize) -> impl Iterator<Item = BTreeMap<usize, Vec<usize>>> {
        (0_u64..1 << (nodes * nodes)).map(move |edges| {
            let feeds = |from: usize| {
                (0..nodes)
                    .filter(|to| edges >> (from * nodes + to) & 1 == 1)
                    .collect()
            };
            (0..nodes).map(|from| (from, feeds(from))).collect()
        })
    }

    fn reaches(feeds: &BTreeMap<usize, Vec<usize>>, from: usize, to: usize) -> bool {
        let mut seen = vec![];
        let mut open = feeds[&from].clone();
        while let Some(node) = open.pop() {
            if node == to {
                return true;
            }
            if !seen.contains(&node) {
                seen.push(node);
                open.extend(&feeds[&node]);
            }
        }
        false
    }

    #[test]
    fn every_graph_of_up_to_four_nodes_is_ordered_or_has_a_cycle() {
        for graph in (0..=4).flat_map(graphs) {
            let cyclic = graph.keys().any(|&node| reaches(&graph, node, node));
            match levels(&graph) {
                Ok(levels) => {
                    assert!(!cyclic, "{graph:?}");
                    let place = |node| levels.iter().position(|level| level.contains(&node));
                    for (&from, targets) in &graph {
                        for &to in targets {
                            assert!(place(to).unwrap() < place(from).unwrap(), "{graph:?}");
                        }
                    }
                    assert_eq!(levels.concat().len(), graph.len(), "{graph:?}");
                }
                Err(nodes) => {
                    assert!(cyclic, "{graph:?}");
                    for &node in graph.keys() {
                        let circles = |&&n: &&usize| reaches(&graph, n, n);
                        let on_or_between = reaches(&graph, node, node)
                            || graph
                                .keys()
                                .filter(circles)
                                .any(|&n| reaches(&graph, node, n))
                                && graph
                                    .keys()
                                    .filter(circles)
                                    .any(|&n| reaches(&graph, n, node));
                        assert_eq!(nodes.contains(&node), on_or_between, "{graph:?}");
                    }
                }
            }
        }
    }
}
