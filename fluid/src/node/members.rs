//! Who stands in a group, and how they are called.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write;
use std::sync::Arc;

use crate::node::Node;

/// The members of a group, and their names.
#[derive(Default)]
pub(crate) struct Members {
    nodes: Vec<Arc<Node>>,
    /// How often each name was asked for.
    names: HashMap<Arc<str>, usize>,
}

impl Members {
    pub(crate) fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    pub(crate) fn add(&mut self, node: Arc<Node>) {
        self.nodes.push(node);
    }

    /// Forgets a member, and lets another one have its name.
    pub(crate) fn forget(&mut self, member: &Arc<Node>) {
        self.nodes.retain(|node| !Arc::ptr_eq(node, member));
        self.names.remove(&**member.name());
    }

    /// `name`, or `name-2`, `name-3` and so on, if others were called so before.
    pub(crate) fn free_name(&mut self, name: &str) -> Arc<str> {
        while let Some(count) = self.names.get_mut(name) {
            *count += 1;
            let mut next = String::with_capacity(name.len() + 21);
            let _ = write!(next, "{name}-{count}");
            let next: Arc<str> = next.into();
            // Someone may have been called `name-2` from the first.
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
    use crate::node::Kind;
    use crate::options::Options;

    #[test]
    fn a_name_is_unique_and_free_again_when_its_member_is_removed() {
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
    }
}
