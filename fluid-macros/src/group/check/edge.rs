//! The edges of a group, and the rules about them.

use super::cycle::cycles;
use super::name::{Names, check_worker, repeats};
use crate::error::Errors;
use crate::group::model::{Chain, Edge, End, Field, Group, Made, Step};
use crate::text::text;
use crate::words::{Arrow, UNDELIVERED};

/// The edges of one chain. An end that does not exist is reported, and its edges are left out.
pub(super) fn edges(chain: &Chain, names: &Names, errors: &mut Errors) -> Vec<Edge> {
    let last = chain.steps.len();
    let places = std::iter::once(&chain.first).chain(chain.steps.iter().map(|step| &step.ends));
    for (at, ends) in places.clone().enumerate() {
        for end in ends {
            check_end(end, at, last, names, errors);
        }
    }
    let mut edges = Vec::new();
    for (from, step) in places.zip(&chain.steps) {
        check_adapter(step, errors);
        check_undelivered(from, step, errors);
        for from in from {
            let End::Worker { name, port } = from else {
                continue;
            };
            for to in &step.ends {
                let to_name = match to {
                    End::Worker { name, .. } => Some(name.clone()),
                    End::Discard(_) => None,
                };
                let targets = match &to_name {
                    Some(name) => names.find(name).iter().copied().map(Some).collect(),
                    None => vec![None],
                };
                for &from_field in names.find(name) {
                    edges.extend(targets.iter().map(|&to_field| Edge {
                        cfgs: chain.cfgs.clone(),
                        from_field,
                        to_field,
                        from: name.clone(),
                        port: port.clone(),
                        arrow: step.arrow,
                        adapter: step.adapter.clone(),
                        to: to_name.clone(),
                        to_span: to.span(),
                    }));
                }
            }
        }
    }
    edges
}

fn check_adapter(step: &Step, errors: &mut Errors) {
    if let Some(adapter) = &step.adapter
        && step.ends.iter().any(|end| matches!(end, End::Discard(_)))
    {
        let message = "what is thrown away needs no adapter: leave it out";
        errors.on(adapter, message);
    }
}

/// The worker behind a port `undelivered` ends after the worker before it.
fn check_undelivered(from: &[End], step: &Step, errors: &mut Errors) {
    for end in from {
        let End::Worker {
            name,
            port: Some(port),
        } = end
        else {
            continue;
        };
        if port != UNDELIVERED {
            continue;
        }
        if step.arrow == Arrow::Feedback {
            let message = format!(
                "no feedback edge starts at `undelivered`: the worker behind it must end after `{name}`\n\
                 write `{name}.undelivered => …;`"
            );
            errors.at(port.span(), message);
        }
        if step.ends.iter().any(|end| matches!(end, End::Discard(_))) {
            let message = format!(
                "without an edge, undelivered messages are thrown away: leave `{name}.undelivered => _` out"
            );
            errors.at(port.span(), message);
        }
    }
}

fn check_end(end: &End, at: usize, last: usize, names: &Names, errors: &mut Errors) {
    match end {
        End::Discard(span) if at < last => {
            errors.at(*span, "nothing comes out of `_`: it can only end a chain");
        }
        End::Discard(_) => {}
        End::Worker { name, port } => {
            check_worker(name, at == 0, names, errors);
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

/// The rules about all edges together.
pub(super) fn check(group: &Group, errors: &mut Errors) {
    check_unique(&group.edges, errors);
    check_discards(&group.edges, errors);
    check_cycles(group, errors);
}

/// No edge ends at an ingress. Such an edge is dropped, so that no error about its types follows.
pub(super) fn check_ingresses(group: &mut Group, errors: &mut Errors) {
    let Group { header, edges, .. } = group;
    edges.retain(|edge| {
        let to = edge.to_field.map(|to| &header.fields[to]);
        let Some(Field { name, .. }) = to.filter(|to| matches!(to.made, Made::Ingress)) else {
            return true;
        };
        let message = format!(
            "no edge ends at the ingress `{name}`, which takes messages from outside the group\n\
             let the edge end at the consumer behind it"
        );
        errors.at(edge.to_span, message);
        false
    });
}

fn check_unique(edges: &[Edge], errors: &mut Errors) {
    let keys: Vec<_> = edges
        .iter()
        .map(|edge| {
            let port = edge.port.as_ref().map(ToString::to_string);
            let adapter = edge.adapter.as_ref().map(text);
            (edge.from_field, port, edge.to_field, adapter)
        })
        .collect();
    for repeat in repeats(keys.iter()) {
        let edge = &edges[repeat.index];
        if edge.cfgs.is_empty() {
            let (edge_text, nth, count) = (edge.describe(), repeat.nth, repeat.count);
            let message = format!("{edge_text} stands here twice ({nth}/{count})");
            errors.at(edge.to_span, message);
        }
    }
}

/// An output is either discarded or sent to a worker.
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

/// Workers that wait for each other in a cycle may all wait for ever, and none of them could stop first.
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
