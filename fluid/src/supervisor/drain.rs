//! The order of a drain: which members still feed a consumer. Pure, and free of workers.
//!
//! At a stop, the members that nothing feeds are asked first. A consumer is asked when every member that feeds it has
//! ended, so that nothing can arrive after it was asked.

use std::collections::BTreeMap;

/// The edges between members that have not ended. A member without edges has no entry.
#[derive(Debug)]
pub(super) struct Drain<N> {
    members: BTreeMap<N, Edges<N>>,
}

#[derive(Debug)]
struct Edges<N> {
    /// The members at the other ends of its edges, each once.
    feeds: Vec<N>,
    /// The number of members that feed it and have not ended.
    feeders: usize,
    /// The member that calls it, if it is behind a fused edge.
    caller: Option<N>,
}

impl<N> Default for Drain<N> {
    fn default() -> Self {
        Self {
            members: BTreeMap::new(),
        }
    }
}

impl<N> Default for Edges<N> {
    fn default() -> Self {
        Self {
            feeds: Vec::new(),
            feeders: 0,
            caller: None,
        }
    }
}

impl<N: Copy + Ord> Drain<N> {
    /// Adds an edge. A second edge between the same two members changes nothing.
    pub(super) fn connect(&mut self, from: N, to: N) {
        let feeds = &mut self.members.entry(from).or_default().feeds;
        if !feeds.contains(&to) {
            feeds.push(to);
            self.members.entry(to).or_default().feeders += 1;
        }
    }

    /// Makes the edge between the two a fused one: `caller` calls `member`.
    pub(super) fn fuse(&mut self, caller: N, member: N) {
        self.members.entry(member).or_default().caller = Some(caller);
    }

    /// The members that a member feeds.
    pub(super) fn feeds(&self, member: N) -> &[N] {
        let edges = self.members.get(&member);
        edges.map_or(&[], |edges| &edges.feeds)
    }

    /// The members that feed a member and have not ended.
    pub(super) fn feeders(&self, member: N) -> impl Iterator<Item = N> {
        let feeders = self.members.iter();
        feeders
            .filter(move |(_, edges)| edges.feeds.contains(&member))
            .map(|(&feeder, _)| feeder)
    }

    /// Whether a member that has not ended feeds this one.
    pub(super) fn is_fed(&self, member: N) -> bool {
        self.members
            .get(&member)
            .is_some_and(|edges| edges.feeders > 0)
    }

    /// The member that calls this one, also after it has ended.
    pub(super) fn caller(&self, member: N) -> Option<N> {
        self.members.get(&member)?.caller
    }

    /// Removes a member that has ended, and all edges to it.
    pub(super) fn forget(&mut self, member: N) {
        let removed = self.members.remove(&member);
        if removed.is_some_and(|edges| edges.feeders > 0) {
            for edges in self.members.values_mut() {
                edges.feeds.retain(|fed| *fed != member);
            }
        }
    }

    /// A member has ended. Returns the consumers that it fed and that nothing feeds any more.
    pub(super) fn ended(&mut self, member: N) -> Vec<N> {
        let edges = self.members.get_mut(&member);
        let mut feeds = edges.map_or_else(Vec::new, |edges| std::mem::take(&mut edges.feeds));
        feeds.retain(|consumer| {
            let edges = self.members.entry(*consumer).or_default();
            edges.feeders -= 1;
            edges.feeders == 0
        });
        feeds
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every graph of up to four nodes whose edges lead from a lower number to a higher one.
    fn graphs() -> impl Iterator<Item = (usize, Vec<(usize, usize)>)> {
        (1..=4_usize).flat_map(|nodes| {
            let pairs: Vec<_> = (0..nodes)
                .flat_map(|from| (from + 1..nodes).map(move |to| (from, to)))
                .collect();
            (0_u32..1 << pairs.len()).map(move |chosen| {
                let edges = pairs.iter().enumerate();
                let edges = edges.filter(|(at, _)| chosen >> at & 1 == 1);
                (nodes, edges.map(|(_, &edge)| edge).collect())
            })
        })
    }

    #[test]
    fn a_consumer_is_asked_once_when_all_its_feeders_have_ended_in_any_order() {
        for (nodes, edges) in graphs() {
            // Of the members that were asked, the lowest or the highest ends next.
            for highest_first in [false, true] {
                let mut drain = Drain::default();
                for &(from, to) in &edges {
                    drain.connect(from, to);
                }
                let mut asked: BTreeSet<_> = (0..nodes).filter(|&n| !drain.is_fed(n)).collect();
                let mut ended = BTreeSet::new();
                while let Some(next) = if highest_first {
                    asked.pop_last()
                } else {
                    asked.pop_first()
                } {
                    ended.insert(next);
                    for member in drain.ended(next) {
                        let feeders = edges.iter().filter(|&&(_, to)| to == member);
                        let all_ended = feeders.map(|(from, _)| from).all(|f| ended.contains(f));
                        assert!(all_ended, "{member} in {edges:?}");
                        assert!(asked.insert(member), "{member} asked twice in {edges:?}");
                    }
                }
                assert_eq!(ended.len(), nodes, "{edges:?}");
            }
        }
    }

    #[test]
    fn two_edges_between_the_same_members_count_once() {
        let mut drain = Drain::default();
        drain.connect(1, 2);
        drain.connect(1, 2);
        assert_eq!(drain.feeds(1), [2]);
        assert_eq!(drain.ended(1), [2]);
        assert!(!drain.is_fed(2));
    }

    #[test]
    fn a_forgotten_member_is_fed_by_none_and_its_feeders_end_as_before() {
        let mut drain = Drain::default();
        drain.connect(1, 2);
        drain.connect(1, 3);
        drain.connect(2, 3);
        assert_eq!(drain.ended(2), []);
        drain.forget(2);
        assert_eq!(drain.feeds(1), [3]);
        assert!(!drain.is_fed(2));
        assert_eq!(drain.ended(1), [3]);
        drain.forget(1);
        drain.forget(3);
        assert!(drain.members.is_empty());
    }

    #[test]
    fn the_caller_of_a_member_is_known_after_the_end_of_the_caller() {
        let mut drain = Drain::default();
        drain.connect(1, 2);
        drain.fuse(1, 2);
        assert_eq!(drain.caller(2), Some(1));
        assert_eq!(drain.ended(1), [2]);
        assert_eq!(drain.caller(2), Some(1));
    }
}
