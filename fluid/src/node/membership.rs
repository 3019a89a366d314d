//! The group of a member, and the path that names the member from the root group down.

use std::sync::{Arc, Weak};

use super::{MemberId, Node, Parent};
use crate::options::StopOrder;
use crate::queue::Owner;

/// The group of a member, and its identifier there.
pub(super) struct Membership {
    group: Weak<Node>,
    pub(super) parent: Arc<dyn Parent>,
    /// The member's identifier within the group.
    pub(super) member: MemberId,
    /// Whether it stops when the other members have ended.
    stops_last: bool,
}

impl Node {
    /// Makes this node the member `member` of `group`, with the name `name` and the place `stop` in a stop of the group.
    /// `parent` receives its events.
    pub(crate) fn join(
        &self,
        group: &Arc<Node>,
        parent: Arc<dyn Parent>,
        member: MemberId,
        name: Arc<str>,
        stop: StopOrder,
    ) {
        if name != self.name {
            let _ = self.rare().alias.set(name);
        }
        let group = Arc::downgrade(group);
        let _ = self.membership.set(Membership {
            group,
            parent,
            member,
            stops_last: stop == StopOrder::Last,
        });
    }

    /// Whether it is a member of this group, or was one.
    pub(crate) fn is_member_of(&self, group: &Arc<Node>) -> bool {
        self.group().is_some_and(|own| Arc::ptr_eq(&own, group))
    }

    /// Its identifier within its group. `None` for a root.
    pub(crate) fn member_id(&self) -> Option<MemberId> {
        Some(self.membership.get()?.member)
    }

    /// Whether it stops when the other members of its group have ended.
    pub(crate) fn stops_last(&self) -> bool {
        let membership = self.membership.get();
        membership.is_some_and(|membership| membership.stops_last)
    }

    /// The group that it is a member of. `None` for a root, and if the group was dropped.
    pub(super) fn group(&self) -> Option<Arc<Node>> {
        self.membership.get()?.group.upgrade()
    }

    /// Whether it is not a member of a group.
    pub(crate) fn is_root(&self) -> bool {
        self.membership.get().is_none()
    }

    /// Its name in log records and error texts: the names from the root group's member down to this one, joined by
    /// `/`. The path of the root itself is its name.
    pub(crate) fn path(&self) -> Arc<str> {
        match self.group().filter(|group| !group.is_root()) {
            Some(group) => format!("{}/{}", group.path(), self.name()).into(),
            None => Arc::clone(self.name()),
        }
    }
}

impl Owner for Node {
    fn path(&self) -> Arc<str> {
        self.path()
    }
}
