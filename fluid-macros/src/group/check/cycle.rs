//! Cycles in a graph of numbered nodes.

use std::collections::VecDeque;

/// Returns cycles without common nodes, each as indices of `edges`, shortest cycles first. A graph without the nodes of
/// these cycles has no cycle.
///
/// Nodes are numbers below `nodes`. An edge leads from its first node to its second.
pub(crate) fn cycles(nodes: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut cycles = Vec::new();
    let mut taken = vec![false; nodes];
    while let Some(cycle) = shortest(nodes, edges, &taken) {
        for &edge in &cycle {
            taken[edges[edge].0] = true;
        }
        cycles.push(cycle);
    }
    cycles
}

/// The first of the shortest cycles without a taken node.
fn shortest(nodes: usize, edges: &[(usize, usize)], taken: &[bool]) -> Option<Vec<usize>> {
    (0..nodes)
        .filter(|&start| !taken[start])
        .filter_map(|start| from(start, nodes, edges, taken))
        .min_by_key(Vec::len)
}

/// The shortest path from a node back to itself.
fn from(
    start: usize,
    nodes: usize,
    edges: &[(usize, usize)],
    taken: &[bool],
) -> Option<Vec<usize>> {
    // The edge by which each node was reached first.
    let mut reached: Vec<Option<usize>> = vec![None; nodes];
    let mut open = VecDeque::from([start]);
    while let Some(node) = open.pop_front() {
        for (edge, &(_, to)) in edges.iter().enumerate().filter(|(_, edge)| edge.0 == node) {
            if to == start {
                return Some(path(start, edge, edges, &reached));
            }
            if reached[to].is_none() && !taken[to] {
                reached[to] = Some(edge);
                open.push_back(to);
            }
        }
    }
    None
}

/// The path from `start` that ends with the edge `last`.
fn path(
    start: usize,
    last: usize,
    edges: &[(usize, usize)],
    reached: &[Option<usize>],
) -> Vec<usize> {
    let mut path = vec![last];
    let mut node = edges[last].0;
    while node != start {
        let edge = reached[node].expect("every node of the path was reached");
        path.push(edge);
        node = edges[edge].0;
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All graphs with this number of nodes, with or without edges from a node to itself.
    fn graphs(nodes: usize, selves: bool) -> impl Iterator<Item = Vec<(usize, usize)>> {
        let all = (0..nodes).flat_map(move |from| (0..nodes).map(move |to| (from, to)));
        let all: Vec<_> = all.filter(|(from, to)| selves || from != to).collect();
        (0_u32..1 << all.len()).map(move |chosen| {
            let chosen = |place: &usize| chosen >> place & 1 == 1;
            (0..all.len())
                .filter(chosen)
                .map(|place| all[place])
                .collect()
        })
    }

    /// Whether the graph without the nodes `without` has no cycle: nodes without outgoing edges are removed
    /// until none is left.
    fn is_acyclic(nodes: usize, edges: &[(usize, usize)], without: &[bool]) -> bool {
        let mut left: Vec<bool> = without.iter().map(|without| !without).collect();
        for _ in 0..nodes {
            for node in 0..nodes {
                let leads_on = |&(from, to): &(usize, usize)| from == node && left[to];
                left[node] = left[node] && edges.iter().any(leads_on);
            }
        }
        !left.contains(&true)
    }

    fn check(nodes: usize, edges: &[(usize, usize)]) {
        let cycles = cycles(nodes, edges);
        let mut on_cycles = vec![false; nodes];
        for cycle in &cycles {
            for (at, &edge) in cycle.iter().enumerate() {
                let next = cycle[(at + 1) % cycle.len()];
                assert_eq!(edges[edge].1, edges[next].0, "{edges:?}: {cycle:?}");
                let node = edges[edge].0;
                assert!(
                    !std::mem::replace(&mut on_cycles[node], true),
                    "{edges:?}: {cycle:?}"
                );
            }
        }
        assert!(
            is_acyclic(nodes, edges, &on_cycles),
            "{edges:?}: {cycles:?}"
        );
        let acyclic = is_acyclic(nodes, edges, &vec![false; nodes]);
        assert_eq!(acyclic, cycles.is_empty(), "{edges:?}");
    }

    #[test]
    fn breaking_the_found_cycles_breaks_all_in_every_graph_of_up_to_five_nodes() {
        for nodes in 0..=4 {
            graphs(nodes, true).for_each(|edges| check(nodes, &edges));
        }
        // An edge from a node to itself is a cycle in every graph, so these need no test with five nodes.
        graphs(5, false).for_each(|edges| check(5, &edges));
    }
}
