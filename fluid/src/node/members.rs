//! The members of a group and their names.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write;
use std::sync::Arc;

use crate::node::{MemberId, Node};
use crate::report::exit::Exit;
use crate::report::forgotten::Forgotten;

/// The members of a group, and their names.
#[derive(Default)]
pub(crate) struct Members {
    /// In the order in which they were added.
    nodes: BTreeMap<MemberId, Arc<Node>>,
    names: BTreeMap<Arc<str>, Name>,
    /// The sums of the members that were forgotten. Boxed, because most groups have none.
    forgotten: Option<Box<Forgotten>>,
}

/// A name that is taken.
struct Name {
    /// How often it was requested.
    requests: usize,
    /// The member of this name, which may not have been added yet.
    member: MemberId,
}

impl Name {
    const fn of(member: MemberId) -> Self {
        let requests = 1;
        Self { requests, member }
    }
}

impl Members {
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Arc<Node>> {
        self.nodes.values()
    }

    pub(crate) fn contains(&self, node: &Arc<Node>) -> bool {
        let member = node.member_id().and_then(|id| self.nodes.get(&id));
        member.is_some_and(|member| Arc::ptr_eq(member, node))
    }

    pub(crate) fn add(&mut self, id: MemberId, node: Arc<Node>) {
        self.nodes.insert(id, node);
    }

    /// The member of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Arc<Node>> {
        self.nodes.get(&self.names.get(name)?.member)
    }

    /// Removes a member and frees its name. Does nothing if it was removed before, since another member may have
    /// its name now. Returns whether it was a member.
    pub(crate) fn remove(&mut self, member: &Arc<Node>) -> bool {
        let contains = self.contains(member);
        if contains && let Some(id) = member.member_id() {
            self.nodes.remove(&id);
            self.names.remove(&**member.name());
        }
        contains
    }

    /// Removes a member that has ended, and keeps the sums of its exit. Of a member that is removed by a call, the caller
    /// gets the exit.
    pub(crate) fn forget(&mut self, member: &Arc<Node>, exit: &Exit) {
        if self.remove(member) && !member.is_removed() {
            self.forgotten.get_or_insert_default().add(exit);
        }
    }

    pub(crate) fn forgotten(&self) -> Option<&Forgotten> {
        self.forgotten.as_deref()
    }

    /// Takes a name for the member `id`. Returns `name` if it is free, and otherwise `name-2`, `name-3` and so on.
    pub(crate) fn free_name(&mut self, name: &str, id: MemberId) -> Arc<str> {
        while let Some(taken) = self.names.get_mut(name) {
            taken.requests += 1;
            let count = taken.requests;
            let mut next = String::with_capacity(name.len() + 21);
            let _ = write!(next, "{name}-{count}");
            let next: Arc<str> = next.into();
            // A member may have been added with the name `name-2`.
            if let Entry::Vacant(free) = self.names.entry(Arc::clone(&next)) {
                free.insert(Name::of(id));
                return next;
            }
        }
        let name: Arc<str> = name.into();
        self.names.insert(Arc::clone(&name), Name::of(id));
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::{MemberEvent, Parent};
    use crate::options::Options;
    use crate::report::cause::Cause;
    use crate::state::Kind;

    struct NoParent;

    impl Parent for NoParent {
        fn notify(&self, _: MemberId, _: MemberEvent) {}
    }

    fn member_of(members: &mut Members, name: Arc<str>, id: MemberId) -> Arc<Node> {
        let node = |name, kind| Node::new(name, kind, Options::new(), None, Vec::new());
        let group = node("group".into(), Kind::Group);
        let member = node(name, Kind::Worker);
        let (name, stop) = (Arc::clone(member.name()), member.options.stop);
        member.join(&group, Arc::new(NoParent), id, name, stop);
        members.add(id, Arc::clone(&member));
        member
    }

    #[test]
    fn a_member_that_is_marked_as_removed_is_not_in_the_sums() {
        let mut members = Members::default();
        for (id, removed) in [(1, true), (2, false)] {
            let member = member_of(&mut members, "poll".into(), id);
            if removed {
                member.mark_removed();
            }
            let exit = member.report(Cause::Finished, false, false);
            members.forget(&member, &exit);
            assert_eq!((members.len(), members.forgotten().is_none()), (0, removed));
        }
    }

    #[test]
    fn a_name_is_unique_and_free_again_after_its_member_is_removed() {
        let mut members = Members::default();
        let names = ["poll-2", "poll", "poll", "poll"].map(|name| members.free_name(name, 7));
        assert_eq!(
            names.each_ref().map(|name| &**name),
            ["poll-2", "poll", "poll-3", "poll-4"]
        );

        let [_, _, third, _] = names;
        let node = member_of(&mut members, third, 7);
        assert!(members.remove(&node));
        assert_eq!(members.len(), 0);
        assert_eq!(&*members.free_name("poll-3", 8), "poll-3");
        // A second removal does not free the name of another member.
        assert!(!members.remove(&node));
        assert_eq!(&*members.free_name("poll-3", 8), "poll-3-2");
    }
}
