//! The group of a member, and the path that names the member from the root group down.

use std::sync::{Arc, Weak};

use super::{Events, MemberId, Node};
use crate::queue::Owner;

/// The group of a member, as the member knows it.
pub(super) struct Parent {
    group: Weak<Node>,
    pub(super) events: Events,
    /// The number of the member within the group.
    pub(super) member: MemberId,
}

impl Node {
    /// Makes it a member of `group`, which calls it `name` and listens to `events`.
    pub(crate) fn join(&self, group: &Arc<Node>, events: Events, member: MemberId, name: Arc<str>) {
        if name != self.name {
            let _ = self.cold().alias.set(name);
        }
        let group = Arc::downgrade(group);
        let _ = self.parent.set(Parent {
            group,
            events,
            member,
        });
    }

    /// Whether it stands in no group.
    pub(crate) fn is_root(&self) -> bool {
        self.parent.get().is_none()
    }

    /// Its name in log records and error texts: the names from the root group's member down to this one, joined by
    /// `/`. The path of the root itself is its name.
    pub(crate) fn path(&self) -> Arc<str> {
        let group = self.parent.get().and_then(|parent| parent.group.upgrade());
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
