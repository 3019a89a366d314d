//! All deadlines of a group's supervisor, in one place. Pure.

use std::collections::BTreeSet;

use tokio::time::Instant;

use crate::node::MemberId;

/// The kinds of deadlines, in the order in which they are handled if they are due at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Deadline {
    /// The backoff of a member is over, or its incarnation did not end in time and is aborted or given up.
    Restart,
    /// The backoff before the restart of several members is over. The member has no meaning.
    GroupRestart,
    /// A call of a member may have stalled.
    Stall,
    /// Only the time to save undelivered messages is left of the grace period. The member has no meaning.
    Save,
    /// The grace period of the whole group is over.
    Group,
    /// The grace period of a member is over. It is forced, or given up if it was forced before.
    Stop,
    /// The progress of the stop is logged. The member has no meaning.
    Progress,
}

#[derive(Debug, Default)]
pub(super) struct Deadlines {
    group: Option<Instant>,
    members: BTreeSet<(Instant, Deadline, MemberId)>,
}

impl Deadlines {
    /// When the grace period of the group is over. `None` if it has not begun.
    pub(super) const fn group(&self) -> Option<Instant> {
        self.group
    }

    pub(super) const fn set_group(&mut self, at: Option<Instant>) {
        self.group = at;
    }

    pub(super) fn set(&mut self, at: Instant, what: Deadline, member: MemberId) {
        self.members.insert((at, what, member));
    }

    pub(super) fn clear(&mut self, what: Deadline, member: MemberId) {
        self.members
            .retain(|&(_, other, of)| (other, of) != (what, member));
    }

    /// When the next deadline is due.
    pub(super) fn next(&self) -> Option<Instant> {
        let first = self.members.first().map(|&(at, ..)| at);
        first.into_iter().chain(self.group).min()
    }

    /// Removes and returns the first deadline that is due. The member of a [`Deadline::Group`] has no meaning.
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<(Deadline, MemberId)> {
        let of_group = self.group.map(|at| (at, Deadline::Group, 0));
        let of_member = self.members.first().copied();
        let first = of_member.into_iter().chain(of_group).min()?;
        let (at, what, member) = first;
        if at > now {
            return None;
        }
        if what == Deadline::Group {
            self.group = None;
        } else {
            self.members.remove(&first);
        }
        Some((what, member))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn deadlines_are_due_in_order_and_a_restart_before_a_stop_at_the_same_time() {
        let now = Instant::now();
        let later = now + Duration::from_secs(1);
        let mut deadlines = Deadlines::default();
        deadlines.set(later, Deadline::Restart, 1);
        deadlines.set(now, Deadline::Stop, 2);
        deadlines.set_group(Some(now));
        deadlines.set(now, Deadline::Restart, 3);
        assert_eq!(deadlines.next(), Some(now));
        let mut due = || deadlines.pop_due(now).map(|(what, _)| what);
        let order = [due(), due(), due(), due()];
        let expected = [Deadline::Restart, Deadline::Group, Deadline::Stop].map(Some);
        assert_eq!(order[..3], expected);
        assert_eq!(order[3], None);
        assert_eq!(deadlines.pop_due(later), Some((Deadline::Restart, 1)));
        assert_eq!(deadlines.next(), None);
    }

    #[test]
    fn clear_removes_one_kind_of_deadline_of_one_member() {
        let now = Instant::now();
        let mut deadlines = Deadlines::default();
        deadlines.set(now, Deadline::Restart, 1);
        deadlines.set(now, Deadline::Stop, 1);
        deadlines.set(now, Deadline::Restart, 2);
        deadlines.clear(Deadline::Restart, 1);
        assert_eq!(deadlines.pop_due(now), Some((Deadline::Restart, 2)));
        assert_eq!(deadlines.pop_due(now), Some((Deadline::Stop, 1)));
        assert_eq!(deadlines.pop_due(now), None);
    }
}
