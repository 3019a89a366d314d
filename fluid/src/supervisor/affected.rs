//! Which members a failure restarts, and in which order. Pure functions over a graph.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::levels::levels;
use crate::options::restart::Whom;

/// The nodes that are restarted when `failed` has failed.
pub(super) fn affected<N: Copy + Ord>(
    feeds: &BTreeMap<N, &[N]>,
    whom: Whom,
    failed: N,
) -> BTreeSet<N> {
    match whom {
        Whom::One => BTreeSet::from([failed]),
        Whom::All => feeds.keys().copied().collect(),
        Whom::Rest => {
            let mut reached = BTreeSet::from([failed]);
            let mut open = vec![failed];
            while let Some(node) = open.pop() {
                let fed = feeds.get(&node).copied().unwrap_or_default();
                open.extend(fed.iter().filter(|&&fed| reached.insert(fed)));
            }
            reached
        }
    }
}

/// Sorts some nodes of an acyclic graph into levels, sinks first. All nodes that a node feeds are in earlier
/// levels.
pub(super) fn in_order<N: Copy + Ord>(
    feeds: &BTreeMap<N, &[N]>,
    some: &BTreeSet<N>,
) -> Vec<Vec<N>> {
    let among = some.iter().map(|&node| {
        let fed = feeds.get(&node).copied().unwrap_or_default().iter();
        let fed: Vec<_> = fed.copied().filter(|fed| some.contains(fed)).collect();
        (node, fed)
    });
    // A group with a cycle is never started.
    levels(&among.collect()).unwrap_or_else(|_| vec![some.iter().copied().collect()])
}

#[cfg(test)]
mod tests {
    use super::*;

    type Graph = BTreeMap<usize, Vec<usize>>;

    fn slices(graph: &Graph) -> BTreeMap<usize, &[usize]> {
        let nodes = graph.iter();
        nodes.map(|(&node, fed)| (node, fed.as_slice())).collect()
    }

    /// Every acyclic graph of `nodes` nodes.
    fn graphs(nodes: usize) -> impl Iterator<Item = Graph> {
        let pairs = (0..nodes).flat_map(move |from| (0..nodes).map(move |to| (from, to)));
        let pairs: Vec<_> = pairs.filter(|(from, to)| from != to).collect();
        let all = (0_u64..1 << pairs.len()).map(move |edges| {
            let mut graph: Graph = (0..nodes).map(|node| (node, Vec::new())).collect();
            for (at, &(from, to)) in pairs.iter().enumerate() {
                if edges >> at & 1 == 1 {
                    graph.get_mut(&from).unwrap().push(to);
                }
            }
            graph
        });
        all.filter(|graph| levels(graph).is_ok())
    }

    /// Whether a path leads from one node to the other. Shares no code with `affected`.
    fn reaches(graph: &Graph, from: usize, to: usize) -> bool {
        from == to || graph[&from].iter().any(|&next| reaches(graph, next, to))
    }

    #[test]
    fn in_every_graph_of_up_to_four_nodes_each_strategy_restarts_the_members_it_names() {
        for graph in (1..=4).flat_map(graphs) {
            for &failed in graph.keys() {
                let whom = |whom| affected(&slices(&graph), whom, failed);
                assert_eq!(whom(Whom::One), BTreeSet::from([failed]));
                assert!(whom(Whom::All).iter().eq(graph.keys()));
                for &node in graph.keys() {
                    let downstream = reaches(&graph, failed, node);
                    assert_eq!(
                        whom(Whom::Rest).contains(&node),
                        downstream,
                        "{failed} {node} {graph:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn in_every_graph_of_up_to_four_nodes_consumers_come_before_their_feeders() {
        for graph in (1..=4).flat_map(graphs) {
            for failed in graph.keys() {
                for whom in [Whom::One, Whom::All, Whom::Rest] {
                    let some = affected(&slices(&graph), whom, *failed);
                    let order = in_order(&slices(&graph), &some);
                    let flat: BTreeSet<_> = order.concat().into_iter().collect();
                    assert_eq!((flat, order.concat().len()), (some.clone(), some.len()));
                    let place = |node| order.iter().position(|level| level.contains(&node));
                    for (&from, &to) in some.iter().flat_map(|a| some.iter().map(move |b| (a, b))) {
                        if from != to && reaches(&graph, from, to) {
                            assert!(place(to) < place(from), "{from} {to} {graph:?}");
                        }
                    }
                }
            }
        }
    }
}
