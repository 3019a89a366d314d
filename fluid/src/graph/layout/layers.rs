//! Connected parts, links that close a cycle, and the layer of each node.

use super::Link;

/// The connected parts, and the nodes without links. Each list is sorted.
pub(super) fn parts(count: usize, links: &[Link]) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut neighbours = vec![Vec::new(); count];
    for link in links {
        neighbours[link.from].push(link.to);
        neighbours[link.to].push(link.from);
    }
    let (mut parts, mut isolated) = (Vec::new(), Vec::new());
    let mut seen = vec![false; count];
    for start in 0..count {
        if neighbours[start].is_empty() {
            isolated.push(start);
        } else if !seen[start] {
            seen[start] = true;
            let mut part = vec![start];
            let mut next = 0;
            while let Some(&node) = part.get(next) {
                next += 1;
                for &neighbour in &neighbours[node] {
                    if !std::mem::replace(&mut seen[neighbour], true) {
                        part.push(neighbour);
                    }
                }
            }
            part.sort_unstable();
            parts.push(part);
        }
    }
    (parts, isolated)
}

/// For each link, whether it leads back. Without these links the graph has no cycle.
pub(super) fn back(count: usize, links: &[Link]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        None,
        Open,
        Done,
    }
    let leaving = by_node(count, links, |link| link.from);
    let fed = by_node(count, links, |link| link.to);
    // Starting at sources finds each cycle at the node where messages enter it.
    let starts = (0..count)
        .filter(|&node| fed[node].is_empty())
        .chain(0..count);
    let mut visits = vec![Visit::None; count];
    let mut back = vec![false; links.len()];
    for start in starts {
        if visits[start] != Visit::None {
            continue;
        }
        visits[start] = Visit::Open;
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.last_mut() {
            let Some(&link) = leaving[*node].get(*next) else {
                visits[*node] = Visit::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let target = links[link].to;
            match visits[target] {
                Visit::None => {
                    visits[target] = Visit::Open;
                    path.push((target, 0));
                }
                Visit::Open => back[link] = true,
                Visit::Done => {}
            }
        }
    }
    back
}

/// The layer of each node. A node is to the right of all nodes that feed it, not counting links that lead back. A
/// node that nothing feeds is as close as possible to the nodes that it feeds.
pub(super) fn layers(count: usize, links: &[Link], back: &[bool]) -> Vec<usize> {
    let forward: Vec<Link> = links
        .iter()
        .zip(back)
        .filter(|(_, back)| !**back)
        .map(|(link, _)| *link)
        .collect();
    let leaving = by_node(count, &forward, |link| link.from);
    let mut open: Vec<usize> = by_node(count, &forward, |link| link.to)
        .iter()
        .map(Vec::len)
        .collect();
    let sources: Vec<usize> = (0..count).filter(|&node| open[node] == 0).collect();
    let mut layers = vec![0; count];
    let mut ready = sources.clone();
    while let Some(node) = ready.pop() {
        for target in leaving[node].iter().map(|&link| forward[link].to) {
            layers[target] = layers[target].max(layers[node] + 1);
            open[target] -= 1;
            if open[target] == 0 {
                ready.push(target);
            }
        }
    }
    for source in sources {
        let nearest = leaving[source]
            .iter()
            .map(|&link| layers[forward[link].to])
            .min();
        layers[source] = nearest.map_or(layers[source], |layer| layer - 1);
    }
    layers
}

/// The indices of the links of each node.
fn by_node(count: usize, links: &[Link], node: impl Fn(&Link) -> usize) -> Vec<Vec<usize>> {
    let mut of = vec![Vec::new(); count];
    for (index, link) in links.iter().enumerate() {
        of[node(link)].push(index);
    }
    of
}
