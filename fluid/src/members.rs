//! Who stands in a group, and how they are called.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
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
            let next: Arc<str> = format!("{name}-{count}").into();
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
