//! The start order of a graph: its levels, sinks first. The function is pure and independent of the runtime.

use std::collections::BTreeMap;

/// Sorts the nodes into levels. All nodes that a node feeds are in earlier levels than the node itself.
///
/// # Errors
///
/// The nodes that are part of a cycle or on a path between two cycles.
pub(crate) fn levels<N: Copy + Ord, T: AsRef<[N]>>(
    feeds: &BTreeMap<N, T>,
) -> Result<Vec<Vec<N>>, Vec<N>> {
    // The number of feeders of each node that are not in the order yet.
    let mut feeders: BTreeMap<N, usize> = feeds.keys().map(|&node| (node, 0)).collect();
    for target in feeds.values().flat_map(AsRef::as_ref) {
        *feeders.get_mut(target).expect(IS_A_NODE) += 1;
    }
    let unfed = feeders.iter().filter(|&(_, &feeders)| feeders == 0);
    // Each node stands before all that it feeds.
    let mut order: Vec<N> = unfed.map(|(&node, _)| node).collect();
    let mut next = 0;
    while let Some(node) = order.get(next) {
        for target in feeds[node].as_ref() {
            let feeders = feeders.get_mut(target).expect(IS_A_NODE);
            *feeders -= 1;
            if *feeders == 0 {
                order.push(*target);
            }
        }
        next += 1;
    }
    if order.len() < feeds.len() {
        feeders.retain(|_, feeders| *feeders > 0);
        return Err(on_cycles(feeders.into_keys().collect(), feeds));
    }
    let mut level_of = feeders;
    let mut height = 0;
    for node in order.iter().rev() {
        let fed = feeds[node].as_ref().iter();
        let level = fed.map(|target| level_of[target] + 1).max().unwrap_or(0);
        level_of.insert(*node, level);
        height = height.max(level + 1);
    }
    let mut levels = vec![Vec::new(); height];
    for (node, level) in level_of {
        levels[level].push(node);
    }
    Ok(levels)
}

const IS_A_NODE: &str = "what a node feeds is a node";

/// Removes the nodes that only follow a cycle.
fn on_cycles<N: Copy + Ord, T: AsRef<[N]>>(mut nodes: Vec<N>, feeds: &BTreeMap<N, T>) -> Vec<N> {
    loop {
        let before = nodes.clone();
        nodes.retain(|node| {
            feeds[node]
                .as_ref()
                .iter()
                .any(|target| before.contains(target))
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
