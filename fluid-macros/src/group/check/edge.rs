//! The edges of a group, as its chains say them.

use std::collections::HashMap;

use proc_macro2::{Ident, Span};
use syn::{Attribute, Expr};

use crate::error::{Errors, did_you_mean, list};
use crate::group::parse::header::Field;
use crate::group::parse::statement::{Arrow, Chain, End, Ends, HOOKS, Step};

/// One edge, from one worker's port to one other worker, or to nowhere.
pub(crate) struct Edge {
    pub(crate) cfgs: Vec<Attribute>,
    /// The places of its ends among the fields. A name may stand there more than once, each under
    /// another configuration, and each time it is an end of its own.
    pub(crate) from_field: usize,
    pub(crate) to_field: Option<usize>,
    pub(crate) from: Ident,
    pub(crate) port: Option<Ident>,
    pub(crate) arrow: Arrow,
    /// What it makes of the messages on their way.
    pub(crate) adapter: Option<Expr>,
    /// `None` is `_`.
    pub(crate) to: Option<Ident>,
    pub(crate) to_span: Span,
}

/// The places of the fields by their names. Under configurations a name may have several.
pub(crate) struct Places {
    names: Vec<String>,
    places: HashMap<String, Vec<usize>>,
}

impl Places {
    pub(super) fn of(fields: &[Field]) -> Self {
        // As texts: each time the compiler is asked whether two names are the same, it writes both.
        let names: Vec<_> = fields.iter().map(|field| field.name.to_string()).collect();
        let mut places: HashMap<_, Vec<_>> = HashMap::new();
        for (place, name) in names.iter().enumerate() {
            places.entry(name.clone()).or_default().push(place);
        }
        Self { names, places }
    }

    fn find(&self, name: &Ident) -> &[usize] {
        self.places
            .get(&name.to_string())
            .map_or(&[], Vec::as_slice)
    }
}

/// The edges of one chain. An end that does not exist is reported, and its edges are left out.
pub(super) fn edges(
    cfgs: &[Attribute],
    chain: &Chain,
    fields: &Places,
    edges: &mut Vec<Edge>,
    errors: &mut Errors,
) {
    let last = chain.rest.len();
    let places = std::iter::once(&chain.first).chain(chain.rest.iter().map(|step| &step.ends));
    for (at, Ends(ends)) in places.clone().enumerate() {
        for end in ends {
            check_end(end, at, last, fields, errors);
        }
    }
    for (Ends(from), step) in places.zip(&chain.rest) {
        let Step {
            arrow,
            ends: Ends(to),
            adapter,
        } = step;
        if let Some(adapter) = adapter
            && to.iter().any(|end| matches!(end, End::Discard(_)))
        {
            errors.on(
                adapter,
                "what is thrown away needs no adapter: leave it out",
            );
        }
        for from in from {
            let End::Worker { name, port } = from else {
                continue;
            };
            for to in to {
                let to_name = match to {
                    End::Worker { name, .. } => Some(name.clone()),
                    End::Discard(_) => None,
                };
                let targets = match &to_name {
                    Some(name) => fields.find(name).iter().copied().map(Some).collect(),
                    None => vec![None],
                };
                for &from_field in fields.find(name) {
                    edges.extend(targets.iter().map(|&to_field| Edge {
                        cfgs: cfgs.to_vec(),
                        from_field,
                        to_field,
                        from: name.clone(),
                        port: port.clone(),
                        arrow: *arrow,
                        adapter: adapter.clone(),
                        to: to_name.clone(),
                        to_span: to.span(),
                    }));
                }
            }
        }
    }
}

fn check_end(end: &End, at: usize, last: usize, fields: &Places, errors: &mut Errors) {
    match end {
        End::Discard(span) if at < last => {
            errors.at(*span, "nothing comes out of `_`: it can only end a chain");
        }
        End::Discard(_) => {}
        End::Worker { name, port } => {
            // What begins a statement may be a hook that is misspelt.
            let hooks = if at == 0 { &HOOKS[..] } else { &[] };
            check_name(name, hooks, fields, errors);
            if let (Some(port), 1..) = (port, at) {
                let message = format!(
                    "an edge ends at a worker, not at a port\n\
                     to wire the port, write `{name}.{port} => …;` as a statement of its own"
                );
                errors.at(port.span(), message);
            }
        }
    }
}

fn check_name(name: &Ident, hooks: &[&str], fields: &Places, errors: &mut Errors) {
    if !fields.find(name).is_empty() {
        return;
    }
    let names = || fields.names.iter().map(String::as_str);
    let near = did_you_mean(&name.to_string(), names().chain(hooks.iter().copied()));
    let message = format!(
        "no worker named `{name}`{near}\nthe workers are {}",
        list(names())
    );
    errors.at(name.span(), message);
}

impl Edge {
    /// Whether it starts at the default port of the field with this place.
    pub(crate) fn starts_at(&self, place: usize) -> bool {
        self.from_field == place && self.port.is_none()
    }

    /// The named port, if it starts at one of the field with this place.
    pub(crate) fn port_of(&self, place: usize) -> Option<&Ident> {
        self.port.as_ref().filter(|_| self.from_field == place)
    }

    pub(crate) fn ends_at(&self, place: usize) -> bool {
        self.to_field == Some(place)
    }

    /// Whether it starts at the same port as another one.
    pub(crate) fn starts_with(&self, other: &Self) -> bool {
        (self.from_field, &self.port) == (other.from_field, &other.port)
    }

    /// What must be configured for the edge to be there: itself and its ends.
    pub(crate) fn all_cfgs<'a>(&'a self, fields: &'a [Field]) -> Vec<&'a Attribute> {
        let ends = [Some(self.from_field), self.to_field];
        let ends = ends.into_iter().flatten().map(|place| &fields[place]);
        let mut cfgs: Vec<_> = self.cfgs.iter().collect();
        cfgs.extend(ends.flat_map(|field| &field.cfgs));
        cfgs
    }

    /// What must be configured for the edge to be there if the field with this place is.
    pub(crate) fn cfgs_but_of<'a>(
        &'a self,
        place: usize,
        fields: &'a [Field],
    ) -> Vec<&'a Attribute> {
        let ends = [Some(self.from_field), self.to_field];
        let others = ends.into_iter().flatten().filter(|end| *end != place);
        let others = others.flat_map(|end| &fields[end].cfgs);
        self.cfgs.iter().chain(others).collect()
    }

    pub(crate) fn start<'a>(&self, fields: &'a [Field]) -> &'a Field {
        &fields[self.from_field]
    }

    pub(crate) fn describe(&self) -> String {
        let port = self
            .port
            .as_ref()
            .map(|port| format!(".{port}"))
            .unwrap_or_default();
        let to = self.to.as_ref().map_or("_".to_owned(), ToString::to_string);
        format!("the edge `{}{port} {} {to}`", self.from, self.arrow.text())
    }
}
