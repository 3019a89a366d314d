//! The rule that something uses each resource. It is a warning.

use syn::Attribute;

use crate::group::model::{Group, Resource};
use crate::mention::uses;

/// Finds the configurations in which nothing uses a resource. A resource whose name begins with `_` may be unused.
pub(super) fn find_unused(group: &mut Group) {
    let unused = group.header.resources.iter().map(|resource| {
        let users = users(resource, group);
        let may_be_unused = resource.name.to_string().starts_with('_');
        let is_always_used = users.iter().any(Vec::is_empty);
        (!may_be_unused && !is_always_used).then_some(users)
    });
    let unused: Vec<_> = unused.collect();
    for (resource, unused) in group.header.resources.iter_mut().zip(unused) {
        resource.unused_unless = unused;
    }
}

/// The configurations of all that uses a resource.
fn users(resource: &Resource, group: &Group) -> Vec<Vec<Attribute>> {
    let fields = group.header.fields.iter();
    let fields =
        fields.filter(|field| field.uses(resource) || field.settings.mention(&resource.name));
    let edges = group.edges.iter().filter(|edge| {
        let adapter = edge.adapter.as_ref();
        adapter.is_some_and(|adapter| uses(adapter, &resource.name))
    });
    let callbacks = group.callbacks.iter();
    let callbacks = callbacks.filter(|callback| callback.uses(resource));
    let head = group.header.settings.mention(&resource.name);
    fields
        .map(|field| field.cfgs.clone())
        .chain(head.then(Vec::new))
        .chain(edges.map(|edge| edge.cfgs.clone()))
        .chain(callbacks.map(|callback| callback.cfgs.clone()))
        .collect()
}
