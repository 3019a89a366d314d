//! The rules over the names of a group. Those that need types are bounds in the expansion.

mod cycle;
pub(super) mod edge;
pub(super) mod fused;

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use proc_macro2::Ident;
use syn::Attribute;

use crate::error::{Errors, did_you_mean, list};
use crate::group::Declaration;
use crate::group::check::cycle::cycles;
use crate::group::check::edge::{Edge, Places, edges};
use crate::group::check::fused::check_fused;
use crate::group::parse::header::{Field, Header, Made, Resource, shorthand};
use crate::group::parse::statement::{Arrow, Body, Callback, Hook, Statement};
use crate::option::{self, Scope};
use crate::text::text;

/// The group, as far as it was understood.
pub(crate) struct Group {
    pub(crate) header: Header,
    pub(crate) edges: Vec<Edge>,
    pub(crate) callbacks: Vec<(Vec<Attribute>, Callback)>,
    pub(crate) hooks: Vec<(Vec<Attribute>, Hook)>,
    /// Whether every edge that was written was understood, so that a missing one is a mistake.
    pub(crate) wired: bool,
    /// Whether nothing is wrong with what was written, so that what is missing is a mistake.
    pub(crate) sound: bool,
}

pub(crate) fn check(declaration: Declaration, errors: &mut Errors) -> Group {
    let Declaration { header, statements } = declaration;
    let mut group = Group {
        header,
        edges: Vec::new(),
        callbacks: Vec::new(),
        hooks: Vec::new(),
        wired: false,
        sound: false,
    };
    option::check(Scope::Group, &group.header.settings, errors);
    check_unique_names(&mut group.header, errors);
    check_reserved(&mut group.header, errors);
    check_methods(&group.header, errors);
    if !group.header.whole {
        // What is missing from it may be what everything below names.
        return group;
    }
    check_shorthands(&mut group.header, errors);
    let mistakes = errors.count();
    let places = Places::of(&group.header.fields);
    for Statement { cfgs, body } in statements.list {
        match body {
            Body::Chain(chain) => edges(&cfgs, &chain, &places, &mut group.edges, errors),
            Body::Callback(callback) => {
                option::check(Scope::Callback, &callback.settings, errors);
                group.callbacks.push((cfgs, callback));
            }
            Body::Hook(hook) => group.hooks.push((cfgs, hook)),
        }
    }
    group.wired = statements.whole && errors.count() == mistakes;
    check_unique_edges(&group.edges, errors);
    check_discards(&group.edges, errors);
    check_cycles(&group, errors);
    check_fused(&mut group, errors);
    group.sound = errors.count() == 0;
    group
}

/// Reports names that stand twice, and leaves only the first of each.
fn check_unique_names(header: &mut Header, errors: &mut Errors) {
    let fields = header.fields.iter().map(|field| (&field.name, &field.cfgs));
    check_unique(
        "a worker",
        fields.filter(|(_, cfgs)| cfgs.is_empty()).map(|(n, _)| n),
        errors,
    );
    check_unique(
        "a resource",
        header.resources.iter().map(|resource| &resource.name),
        errors,
    );
    let mut names = HashSet::new();
    header
        .fields
        .retain(|field| names.insert(field.name.to_string()) || !field.cfgs.is_empty());
    let mut names = HashSet::new();
    header
        .resources
        .retain(|resource| names.insert(resource.name.to_string()));
}

/// What the group and its handle call themselves.
const METHODS: &[&str] = &[
    "new",
    "startup",
    "scope",
    "run",
    "main",
    "shutdown",
    "wait_for_shutdown",
    "gracefully_stop",
    "state",
    "status",
    "exit",
    "add",
    "add_with",
    "remove",
    "register_callback",
    "bail_out",
    "is_running",
    "is_stopping",
    "wait_for",
    "num_workers",
    "worker_name",
    "clone",
];

/// A worker's accessor must not hide what every group can do.
fn check_methods(header: &Header, errors: &mut Errors) {
    for Field { name, .. } in &header.fields {
        if METHODS.contains(&&*name.to_string()) {
            let message = format!("`{name}` is what a group does itself: choose another name");
            errors.at(name.span(), message);
        }
    }
    if header.fields.is_empty() && header.whole {
        let message = "a group has at least one worker: `name: Type { … }`";
        errors.at(header.braces, message);
    }
}

/// In a callback `group` is the group's handle.
fn check_reserved(header: &mut Header, errors: &mut Errors) {
    // What names it would be taken for the handle.
    header.whole &= header.resources.iter().all(|r| r.name != "group");
    for Resource { name, .. } in header.resources.iter().filter(|r| r.name == "group") {
        let message = "`group` is the name of the group's handle in callbacks: choose another";
        errors.at(name.span(), message);
    }
}

fn check_unique<'a>(what: &str, names: impl Iterator<Item = &'a Ident>, errors: &mut Errors) {
    let names: Vec<_> = names.map(|name| (name.to_string(), name.span())).collect();
    for (at, nth, same) in repeated(names.iter().map(|(name, _)| name)) {
        let (name, span) = &names[at];
        let message = format!("{what} named `{name}` stands here twice ({nth}/{same})");
        errors.at(*span, message);
    }
}

/// Those of `keys` that are there more than once: the place of each, which one of the same it is, and how
/// many of the same there are.
fn repeated<K: Eq + Hash>(keys: impl Iterator<Item = K> + Clone) -> Vec<(usize, usize, usize)> {
    let mut counts = HashMap::new();
    let nths: Vec<_> = keys
        .clone()
        .map(|key| {
            let count = counts.entry(key).or_insert(0);
            *count += 1;
            *count
        })
        .collect();
    let keys = keys.zip(nths).enumerate();
    keys.map(|(at, (key, nth))| (at, nth, counts[&key]))
        .filter(|(_, _, count)| *count > 1)
        .collect()
}

/// The shorthand `{ db }` shares the resource `db`, so there must be one.
fn check_shorthands(header: &mut Header, errors: &mut Errors) {
    let resources: Vec<_> = header
        .resources
        .iter()
        .map(|r| r.name.to_string())
        .collect();
    for field in &header.fields {
        let Made::Literal(initialisers) = &field.made else {
            continue;
        };
        for name in initialisers.iter().filter_map(shorthand) {
            let text = name.to_string();
            if resources.contains(&text) {
                continue;
            }
            let near = did_you_mean(&text, resources.iter().map(String::as_str));
            let remedy = if resources.is_empty() {
                format!("take it in the head: `struct {}({text}: …)`", header.name)
            } else {
                format!(
                    "the resources are {}; for anything else write `{text}: expression`",
                    list(resources.iter().map(String::as_str))
                )
            };
            errors.at(
                name.span(),
                format!("no resource named `{text}`{near}\n{remedy}"),
            );
        }
    }
}

fn check_unique_edges(edges: &[Edge], errors: &mut Errors) {
    let keys: Vec<_> = edges
        .iter()
        .map(|edge| {
            let port = edge.port.as_ref().map(ToString::to_string);
            let adapter = edge.adapter.as_ref().map(text);
            (edge.from_field, port, edge.to_field, adapter)
        })
        .collect();
    for (at, nth, count) in repeated(keys.iter()) {
        let edge = &edges[at];
        if edge.cfgs.is_empty() {
            let message = format!("{} stands here twice ({nth}/{count})", edge.describe());
            errors.at(edge.to_span, message);
        }
    }
}

/// An output is thrown away or sent somewhere, not both.
fn check_discards(edges: &[Edge], errors: &mut Errors) {
    for discard in edges
        .iter()
        .filter(|edge| edge.to.is_none() && edge.cfgs.is_empty())
    {
        let other = edges
            .iter()
            .find(|other| other.to.is_some() && other.starts_with(discard));
        if let Some(other) = other {
            let message = format!(
                "this output is not thrown away: {} leads it elsewhere\ntake one of the two away",
                other.describe()
            );
            errors.at(discard.to_span, message);
        }
    }
}

/// Workers that wait for each other in a circle may all wait for ever, and none of them can be the last
/// to stop.
fn check_cycles(group: &Group, errors: &mut Errors) {
    let fields = &group.header.fields;
    let waiting: Vec<_> = group
        .edges
        .iter()
        .filter(|edge| edge.arrow != Arrow::Feedback)
        .filter_map(|edge| Some((edge, (edge.from_field, edge.to_field?))))
        .collect();
    let ends: Vec<_> = waiting.iter().map(|(_, ends)| *ends).collect();
    for cycle in cycles(fields.len(), &ends) {
        let on_it: Vec<&Edge> = cycle.iter().map(|&edge| waiting[edge].0).collect();
        let names = on_it.iter().map(|edge| edge.from.to_string());
        let steps: Vec<_> = names
            .zip(&on_it)
            .map(|(name, edge)| format!("{name} {}", edge.arrow.text()))
            .collect();
        let path = format!("{} {}", steps.join(" "), on_it[0].from);
        let count = on_it.len();
        for (at, edge) in on_it.into_iter().enumerate() {
            let message = format!(
                "these workers feed each other in a circle: {path} ({}/{count})\n\
                 let one of these edges be a feedback edge, which never waits: `{} ~> {}`",
                at + 1,
                edge.from,
                edge.to
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            );
            errors.at(edge.to_span, message);
        }
    }
}
