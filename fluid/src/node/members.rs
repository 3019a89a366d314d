//! The members of a group and their names.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write;
use std::sync::Arc;

use crate::node::Node;

/// The members of a group, and their names.
#[derive(Default)]
pub(crate) struct Members {
    nodes: Vec<Arc<Node>>,
    /// The number of requests for each name.
    names: BTreeMap<Arc<str>, usize>,
}

impl Members {
    pub(crate) fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    pub(crate) fn add(&mut self, node: Arc<Node>) {
        self.nodes.push(node);
    }

    /// Removes a member and frees its name. Does nothing if it was removed before, since another member may have
    /// its name now.
    pub(crate) fn forget(&mut self, member: &Arc<Node>) {
        let before = self.nodes.len();
        self.nodes.retain(|node| !Arc::ptr_eq(node, member));
        if self.nodes.len() < before {
            self.names.remove(&**member.name());
        }
    }

    /// Returns `name` if it is free, and otherwise `name-2`, `name-3` and so on.
    pub(crate) fn free_name(&mut self, name: &str) -> Arc<str> {
        while let Some(count) = self.names.get_mut(name) {
            *count += 1;
            let mut next = String::with_capacity(name.len() + 21);
            let _ = write!(next, "{name}-{count}");
            let next: Arc<str> = next.into();
            // A member may have been added with the name `name-2`.
            if let Entry::Vacant(free) = self.names.entry(Arc::clone(&next)) {
                free.insert(1);
                return next;
            }
        }
        let name: Arc<str> = name.into();
        self.names.insert(Arc::clone(&name), 1);
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::state::Kind;

    #[test]
    fn a_name_is_unique_and_free_again_after_its_member_is_removed() {
        let mut members = Members::default();
        let names = ["poll-2", "poll", "poll", "poll"].map(|name| members.free_name(name));
        assert_eq!(
            names.each_ref().map(|name| &**name),
            ["poll-2", "poll", "poll-3", "poll-4"]
        );

        let [_, _, third, _] = names;
        let node = Node::new(third, Kind::Worker, Options::new(), None, Vec::new());
        members.add(Arc::clone(&node));
        members.forget(&node);
        assert!(members.nodes().is_empty());
        assert_eq!(&*members.free_name("poll-3"), "poll-3");
        // A second removal does not free the name of another member.
        members.forget(&node);
        assert_eq!(&*members.free_name("poll-3"), "poll-3-2");
    }
}
