//! The rules about the names of a group's workers and resources.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use proc_macro2::Ident;

use crate::error::{Errors, did_you_mean, list};
use crate::group::model::{Field, Header, Made, shorthand};
use crate::option::FieldRule;
use crate::words::{GROUP, Keyword, METHODS};

pub(super) fn check(header: &mut Header, errors: &mut Errors) {
    check_unique_names(header, errors);
    check_group(header, errors);
    check_methods(header, errors);
    check_ingresses(header, errors);
    check_options_of_ingresses(header, errors);
}

/// Reports a name in an edge that no worker has. At the begin of a statement it may be a misspelt hook.
pub(super) fn check_worker(name: &Ident, begins: bool, names: &Names, errors: &mut Errors) {
    if !names.find(name).is_empty() {
        return;
    }
    let workers = || names.names.iter().map(String::as_str);
    let hooks = Keyword::HOOKS.map(Keyword::word).into_iter();
    let hooks = hooks.filter(|_| begins);
    let near = did_you_mean(&name.to_string(), workers().chain(hooks));
    let workers = list(workers());
    let message = format!("no worker named `{name}`{near}\nthe workers are {workers}");
    errors.at(name.span(), message);
}

/// Reports names that occur twice, and keeps the first of each.
fn check_unique_names(header: &mut Header, errors: &mut Errors) {
    let fields = header.fields.iter().filter(|field| field.cfgs.is_empty());
    check_unique("a worker", fields.map(|field| &field.name), errors);
    let resources = header.resources.iter().map(|resource| &resource.name);
    check_unique("a resource", resources, errors);
    let mut names = HashSet::new();
    header
        .fields
        .retain(|field| names.insert(field.name.to_string()) || !field.cfgs.is_empty());
    let mut names = HashSet::new();
    header
        .resources
        .retain(|resource| names.insert(resource.name.to_string()));
}

fn check_unique<'a>(what: &str, names: impl Iterator<Item = &'a Ident>, errors: &mut Errors) {
    let names: Vec<_> = names.map(|name| (name.to_string(), name.span())).collect();
    for repeat in repeats(names.iter().map(|(name, _)| name)) {
        let (name, span) = &names[repeat.index];
        let message = format!(
            "{what} named `{name}` stands here twice ({}/{})",
            repeat.nth, repeat.count
        );
        errors.at(*span, message);
    }
}

/// The fields by their names. Under configurations several fields may have the same name.
pub(super) struct Names {
    names: Vec<String>,
    fields: HashMap<String, Vec<usize>>,
}

impl Names {
    pub(super) fn of(fields: &[Field]) -> Self {
        // Names are compared as text, since the comparison of two `Ident`s converts both of them each time.
        let names: Vec<_> = fields.iter().map(|field| field.name.to_string()).collect();
        let mut fields: HashMap<_, Vec<_>> = HashMap::new();
        for (field, name) in names.iter().enumerate() {
            fields.entry(name.clone()).or_default().push(field);
        }
        Self { names, fields }
    }

    pub(super) fn find(&self, name: &Ident) -> &[usize] {
        self.fields
            .get(&name.to_string())
            .map_or(&[], Vec::as_slice)
    }
}

/// One of several equal keys.
pub(super) struct Repeat {
    pub(super) index: usize,
    /// The position among the equal keys, from 1.
    pub(super) nth: usize,
    /// The number of equal keys.
    pub(super) count: usize,
}

/// The keys that occur more than once.
pub(super) fn repeats<K: Eq + Hash>(keys: impl Iterator<Item = K> + Clone) -> Vec<Repeat> {
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
    let repeats = keys.map(|(index, (key, nth))| Repeat {
        index,
        nth,
        count: counts[&key],
    });
    repeats.filter(|repeat| repeat.count > 1).collect()
}

/// In a callback `group` is the handle of the group, and no resource.
fn check_group(header: &mut Header, errors: &mut Errors) {
    let named = header.resources.iter().filter(|r| r.name == GROUP);
    for resource in named {
        let message = "`group` is the name of the group's handle in callbacks: choose another";
        errors.at(resource.name.span(), message);
        header.whole = false;
    }
}

/// The accessor of a worker must not hide a method that every group has.
fn check_methods(header: &Header, errors: &mut Errors) {
    for name in header.fields.iter().map(|field| &field.name) {
        if METHODS.contains(&&*name.to_string()) {
            let message = format!("`{name}` is a method of every group: choose another name");
            errors.at(name.span(), message);
        }
    }
    if header.fields.is_empty() && header.whole {
        let message = "a group has at least one worker: `name: Type { … }`";
        errors.at(header.braces, message);
    }
}

/// An option of an ingress stands on an ingress.
fn check_options_of_ingresses(header: &Header, errors: &mut Errors) {
    let fields = header.fields.iter();
    let others = fields.filter(|field| !matches!(field.made, Made::Ingress));
    for Field { name, settings, .. } in others {
        let settings = settings.iter();
        for setting in settings.filter(|s| s.row.on_field.contains(&FieldRule::IsIngress)) {
            let option = setting.row.name;
            let message = format!(
                "`{option}` is an option of an ingress, and `{name}` is none: remove it, or write \
                 `{name}: Ingress<…>`"
            );
            errors.at(setting.span, message);
        }
    }
}

/// An ingress takes messages from outside, so `pub` would say nothing.
fn check_ingresses(header: &mut Header, errors: &mut Errors) {
    let ingresses = header.fields.iter_mut();
    let ingresses = ingresses.filter(|field| matches!(field.made, Made::Ingress));
    for Field { name, public, .. } in ingresses {
        // Taken away, so that no error about the type of a consumer follows.
        if let Some(public) = public.take() {
            let message = format!(
                "`{name}` is an ingress, which takes messages from outside: take `pub` away"
            );
            errors.at(public.span, message);
        }
    }
}

/// The shorthand `{ db }` shares the resource `db`, which must exist.
pub(super) fn check_shorthands(header: &Header, errors: &mut Errors) {
    let shared = header.shared();
    let resources: Vec<_> = shared.iter().map(|r| r.name.to_string()).collect();
    let names = || resources.iter().map(String::as_str);
    for field in &header.fields {
        let Made::Literal(initialisers) = &field.made else {
            continue;
        };
        for name in initialisers.iter().filter_map(shorthand) {
            let text = name.to_string();
            if resources.contains(&text) {
                continue;
            }
            let near = did_you_mean(&text, names());
            let remedy = if resources.is_empty() {
                format!("take it in the head: `struct {}({text}: …)`", header.name)
            } else {
                let names = list(names());
                format!("the resources are {names}; for anything else write `{text}: expression`")
            };
            let message = format!("no resource named `{text}`{near}\n{remedy}");
            errors.at(name.span(), message);
        }
    }
}
