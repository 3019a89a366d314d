//! The group of a member, and the path that names the member from the root group down.

use std::sync::{Arc, Weak};

use super::{MemberId, Node, Parent};
use crate::queue::Owner;

/// Where a member stands.
pub(super) struct Membership {
    group: Weak<Node>,
    pub(super) parent: Arc<dyn Parent>,
    /// The number of the member within the group.
    pub(super) member: MemberId,
}

impl Node {
    /// Makes it a member of `group`, which calls it `name`. `parent` is told what happens to it.
    pub(crate) fn join(
        &self,
        group: &Arc<Node>,
        parent: Arc<dyn Parent>,
        member: MemberId,
        name: Arc<str>,
    ) {
        if name != self.name {
            let _ = self.cold().alias.set(name);
        }
        let group = Arc::downgrade(group);
        let _ = self.membership.set(Membership {
            group,
            parent,
            member,
        });
    }

    /// Whether it stands in no group.
    pub(crate) fn is_root(&self) -> bool {
        self.membership.get().is_none()
    }

    /// Its name in log records and error texts: the names from the root group's member down to this one, joined by
    /// `/`. The path of the root itself is its name.
    pub(crate) fn path(&self) -> Arc<str> {
        let group = self
            .membership
            .get()
            .and_then(|membership| membership.group.upgrade());
        match group.filter(|group| !group.is_root()) {
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
