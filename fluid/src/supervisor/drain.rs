//! The order of a stop: which members are asked, and when. Pure, and free of workers.
//!
//! At a stop, the members that nothing feeds are asked first. A consumer is asked when every member that feeds it has
//! ended, so that nothing can arrive after it was asked. The members with `stop = "last"` are asked in the same order,
//! when all other members have ended.

use std::collections::{BTreeMap, BTreeSet};

/// How far the stop of a group is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum StopProgress {
    /// The group does not stop.
    #[default]
    Running,
    /// The `on_stopping` hooks run. No member was asked.
    Announced,
    /// All members stop, except the last ones.
    First,
    /// All other members have ended, and the last ones stop.
    Last,
}

/// The members that have not ended, the edges between them, and how far the stop is.
#[derive(Debug)]
pub(super) struct Drain<N> {
    /// A member without edges has no entry.
    members: BTreeMap<N, Edges<N>>,
    progress: StopProgress,
    /// The number of members that stop first and have not ended.
    first: usize,
    /// The members that stop last and have not ended.
    last: BTreeSet<N>,
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
            progress: StopProgress::default(),
            first: 0,
            last: BTreeSet::new(),
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
    /// Adds a member. `last` says that it stops when all that stop first have ended.
    pub(super) fn add(&mut self, member: N, last: bool) {
        if last {
            self.last.insert(member);
        } else {
            self.first += 1;
        }
    }

    /// The number of members that have not ended.
    pub(super) fn live(&self) -> usize {
        self.first + self.last.len()
    }

    /// An edge from a member that stops last to one that stops first, and so would end before its feeder.
    pub(super) fn reversed(&self) -> Option<(N, N)> {
        self.last.iter().find_map(|&from| {
            let mut feeds = self.feeds(from).iter();
            let to = feeds.find(|to| !self.last.contains(to))?;
            Some((from, *to))
        })
    }

    pub(super) const fn progress(&self) -> StopProgress {
        self.progress
    }

    /// The stop has begun, but no member is asked before [`begin`](Self::begin).
    pub(super) const fn announce(&mut self) {
        self.progress = StopProgress::Announced;
    }

    /// Members are asked from now on.
    pub(super) const fn begin(&mut self) {
        self.progress = match self.first {
            0 => StopProgress::Last,
            _ => StopProgress::First,
        };
    }

    /// Whether a member that has not ended is to be asked now.
    pub(super) fn is_due(&self, member: N) -> bool {
        let in_turn = match self.progress {
            StopProgress::Running | StopProgress::Announced => false,
            StopProgress::First => !self.last.contains(&member),
            StopProgress::Last => true,
        };
        in_turn && !self.is_fed(member)
    }

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
    fn is_fed(&self, member: N) -> bool {
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

    /// A member has ended. Returns the members that are asked because of that: consumers that it fed and that nothing feeds
    /// any more, the member that it called, and the last ones if it was the last member of all others.
    pub(super) fn ended(&mut self, member: N) -> Vec<N> {
        if !self.last.remove(&member) {
            self.first -= 1;
        }
        let edges = self.members.get_mut(&member);
        let mut next = edges.map_or_else(Vec::new, |edges| std::mem::take(&mut edges.feeds));
        for consumer in &next {
            self.members.entry(*consumer).or_default().feeders -= 1;
        }
        if self.progress == StopProgress::First && self.first == 0 {
            self.progress = StopProgress::Last;
            let last = self.last.iter().filter(|&last| !next.contains(last));
            next.extend(last.copied().collect::<Vec<_>>());
        }
        // A member that is called stops with its caller, also if the group does not stop.
        next.retain(|&next| self.is_due(next) || self.caller(next) == Some(member));
        next
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

    /// A group that stops.
    fn stopping(nodes: usize, edges: &[(usize, usize)], last: &[usize]) -> Drain<usize> {
        let mut drain = Drain::default();
        (0..nodes).for_each(|node| drain.add(node, last.contains(&node)));
        for &(from, to) in edges {
            drain.connect(from, to);
        }
        drain.begin();
        drain
    }

    #[test]
    fn a_consumer_is_asked_once_when_all_its_feeders_have_ended_in_any_order() {
        for (nodes, edges) in graphs() {
            // Of the members that were asked, the lowest or the highest ends next.
            for highest_first in [false, true] {
                let mut drain = stopping(nodes, &edges, &[]);
                let mut asked: BTreeSet<_> = (0..nodes).filter(|&n| drain.is_due(n)).collect();
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
        let mut drain = stopping(3, &[(1, 2), (1, 2)], &[]);
        assert_eq!(drain.feeds(1), [2]);
        assert_eq!(drain.ended(1), [2]);
        assert!(drain.is_due(2));
    }

    #[test]
    fn a_forgotten_member_is_fed_by_none_and_its_feeders_end_as_before() {
        let mut drain = stopping(4, &[(1, 2), (1, 3), (2, 3)], &[]);
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
        (1..=2).for_each(|member| drain.add(member, false));
        drain.connect(1, 2);
        drain.fuse(1, 2);
        assert_eq!(drain.caller(2), Some(1));
        assert_eq!(drain.ended(1), [2], "also if the group does not stop");
        assert_eq!(drain.caller(2), Some(1));
    }

    #[test]
    fn the_last_members_are_asked_in_the_order_of_the_graph_when_all_others_have_ended() {
        // 0 feeds 1, and 2 feeds 3 and 4. The last three stop last.
        let mut drain = stopping(5, &[(0, 1), (2, 3), (2, 4)], &[2, 3, 4]);
        assert!(drain.is_due(0) && !drain.is_due(2));
        assert_eq!(drain.ended(0), [1]);
        assert_eq!(drain.progress(), StopProgress::First);
        assert_eq!(drain.ended(1), [2]);
        assert_eq!(drain.progress(), StopProgress::Last);
        assert_eq!(drain.ended(2), [3, 4]);
        assert_eq!((drain.ended(3), drain.live()), (vec![], 1));
    }

    #[test]
    fn a_consumer_that_stops_last_is_not_asked_when_its_feeder_has_ended() {
        let mut drain = stopping(3, &[(0, 1)], &[1]);
        assert_eq!(drain.ended(0), []);
        assert_eq!(drain.ended(2), [1]);
    }

    #[test]
    fn a_group_without_other_members_asks_the_last_ones_at_once() {
        let mut drain = Drain::default();
        drain.add(0, true);
        assert!(!drain.is_due(0), "the group does not stop");
        drain.begin();
        assert!(drain.is_due(0));
    }

    #[test]
    fn no_member_is_asked_while_the_stop_is_only_announced() {
        let mut drain = Drain::default();
        (0..=2).for_each(|member| drain.add(member, false));
        drain.connect(0, 1);
        drain.announce();
        assert!(!drain.is_due(0));
        assert_eq!(
            drain.ended(0),
            [],
            "its consumer waits for the begin of the drain"
        );
        drain.begin();
        assert!(drain.is_due(1) && drain.is_due(2));
    }

    #[test]
    fn an_edge_from_a_last_member_to_one_that_stops_first_is_found() {
        let edges = [(0, 1), (1, 2)];
        assert_eq!(stopping(3, &edges, &[1]).reversed(), Some((1, 2)));
        assert_eq!(stopping(3, &edges, &[1, 2]).reversed(), None);
    }
}
