//! The rules about the use of resources: something uses each of them, which is a warning, and one worker alone uses a
//! resource that moves.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Expr};

use crate::error::Errors;
use crate::group::model::{Field, Group, Made, Resource};
use crate::mention::{mention, uses};

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

/// A resource that moves is used by the code that makes one worker, and by nothing else.
///
/// If it is used otherwise, the group is not understood: the compiler would report the second use again.
pub(super) fn check_moved(group: &mut Group, errors: &mut Errors) {
    let mistakes = errors.count();
    for resource in group.header.moved() {
        let before = errors.count();
        check_no_other(resource, group, errors);
        if errors.count() == before {
            check_one_worker(resource, &group.header.fields, errors);
        }
    }
    group.header.whole &= errors.count() == mistakes;
}

fn check_one_worker(resource: &Resource, fields: &[Field], errors: &mut Errors) {
    let name = &resource.name;
    let mut users = fields.iter().filter(|field| field.uses(resource));
    let Some(first) = users.next() else {
        if !name.to_string().starts_with('_') {
            let message = format!(
                "`{name}` moves into no worker\n\
                 name it where the worker that has it is made, as in `pump: Pump {{ {name} }}`"
            );
            errors.at(name.span(), message);
        }
        return;
    };
    for other in users {
        // Of these two, one may be configured away.
        if !first.cfgs.is_empty() && !other.cfgs.is_empty() {
            continue;
        }
        let message = format!(
            "`{name}` moves into `{}`, so `{}` cannot have it too\n\
             to share it between workers, remove `move` from the head",
            first.name, other.name
        );
        errors.at(mention_in(other, name), message);
    }
}

/// Nothing but a worker takes what moves.
fn check_no_other(resource: &Resource, group: &Group, errors: &mut Errors) {
    let name = &resource.name;
    let message = format!(
        "`{name}` moves into a worker, and only the code that makes that worker can use it\n\
         to share it with other code, remove `move` from the head"
    );
    let adapters = group.edges.iter().filter_map(|edge| edge.adapter.as_ref());
    let adapters = adapters.filter(|adapter| uses(adapter, name));
    let adapter = adapters.map(|adapter| mention_or(adapter, name)).next();
    let callbacks = group.callbacks.iter();
    let callbacks = callbacks.filter(|callback| callback.uses(resource));
    let callbacks = callbacks.map(|callback| mention_or(&callback.run, name));
    let fields = group.header.fields.iter().map(|field| &field.settings);
    let settings = fields.chain([&group.header.settings]);
    let settings = settings.filter_map(|settings| settings.mentioning(name));
    for at in adapter.into_iter().chain(callbacks).chain(settings) {
        errors.at(at, &message);
    }
}

/// Where the code that makes a worker mentions a resource.
pub(super) fn mention_in(field: &Field, name: &Ident) -> Span {
    let spans = match &field.made {
        Made::Literal(values) => values
            .iter()
            .find_map(|value| mention(value.expr.to_token_stream(), name)),
        Made::Expression(expr) => mention(expr.to_token_stream(), name),
        Made::Ingress => None,
    };
    spans.unwrap_or_else(|| field.name.span())
}

fn mention_or(expr: &Expr, name: &Ident) -> Span {
    mention(expr.to_token_stream(), name).unwrap_or_else(|| expr.span())
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
