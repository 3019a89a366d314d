//! The rules of fused edges.

use quote::ToTokens;

use crate::error::Errors;
use crate::group::model::{Edge, Group, fused_chains};
use crate::option::NotFused;
use crate::words::{Arrow, UNDELIVERED};

/// The most workers of a fused chain. The type of a chain contains the types of all its calls, and the compiler refuses
/// one of 16 workers ("queries overflow the depth limit"). At 15 it takes about half a minute.
const MOST_WORKERS: usize = 15;

/// A fused edge is the only edge from its output and the only edge to its worker.
///
/// A fused edge that breaks a rule becomes a queued edge, so that no second error follows.
pub(super) fn check(group: &mut Group, errors: &mut Errors) {
    let mut broken = Vec::new();
    for (at, edge) in group.edges.iter().enumerate() {
        if edge.arrow != Arrow::Fused {
            continue;
        }
        let mistakes = errors.count();
        check_ends(edge, errors);
        check_start(at, &group.edges, errors);
        check_called(at, group, errors);
        check_options(edge, group, errors);
        check_cfgs(edge, group, errors);
        if errors.count() > mistakes {
            broken.push(at);
        }
    }
    for at in broken {
        group.edges[at].arrow = Arrow::Queued;
    }
    for at in too_long(&group.edges) {
        let edge = &mut group.edges[at];
        edge.arrow = Arrow::Queued;
        let message = format!(
            "a fused chain has at most {MOST_WORKERS} workers: the compiler cannot take a longer one\n\
             begin another chain here, with a queue before it: write `{} => {}`",
            edge.from,
            edge.to
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        );
        errors.at(edge.to_span, message);
    }
}

/// The edges at which a fused chain becomes too long.
fn too_long(edges: &[Edge]) -> Vec<usize> {
    let place = |edge: &Edge| edges.iter().position(|other| std::ptr::eq(other, edge));
    let chains = fused_chains(edges);
    let last = chains
        .iter()
        .flat_map(|chain| chain.iter().skip(MOST_WORKERS - 1).step_by(MOST_WORKERS));
    last.filter_map(|edge| place(edge)).collect()
}

/// A fused edge starts at a return value and ends at a worker.
fn check_ends(edge: &Edge, errors: &mut Errors) {
    if let Some(port) = &edge.port {
        let message = format!(
            "a fused edge starts at what a worker returns, not at a port\n\
             write `{}.{port} => …;`",
            edge.from
        );
        errors.at(port.span(), message);
    }
    if edge.to.is_none() {
        let message = "nothing can be called here: to throw an output away, write `=> _`";
        errors.at(edge.to_span, message);
    }
}

/// No other edge starts at the same output.
fn check_start(at: usize, edges: &[Edge], errors: &mut Errors) {
    let edge = &edges[at];
    let other = edges.iter().enumerate().find(|(place, other)| {
        *place != at && other.to.is_some() && other.starts_with(edge) && edge.port.is_none()
    });
    // Of two fused edges only the second is reported.
    if let Some((place, other)) = other
        && (other.arrow != Arrow::Fused || place < at)
    {
        let message = format!(
            "a fused edge is the only one from its output, and there is {}\n\
             for a broadcast, write `=>`",
            other.describe()
        );
        errors.at(edge.to_span, message);
    }
}

/// No other edge ends at the worker that is called, and no message comes from outside.
fn check_called(at: usize, group: &Group, errors: &mut Errors) {
    let edge = &group.edges[at];
    let Some((to, field)) = edge.to.as_ref().zip(edge.to_field) else {
        return;
    };
    let mut others = group.edges.iter().enumerate();
    let other = others.find(|(place, other)| *place != at && other.ends_at(field));
    if let Some((place, other)) = other
        && (other.arrow != Arrow::Fused || place < at)
    {
        let message = format!(
            "a fused edge is the only one to its worker, and there is {}\n\
             `{to}` needs a queue: write `=>`",
            other.describe()
        );
        errors.at(edge.to_span, message);
    }
    let mut from_it = group.edges.iter().filter(|edge| edge.from_field == field);
    let undelivered = |edge: &&Edge| edge.port.as_ref().is_some_and(|port| port == UNDELIVERED);
    if let Some(port) = from_it
        .find(undelivered)
        .and_then(|edge| edge.port.as_ref())
    {
        let message = format!(
            "`{to}` is behind {} and has no queue, so no message of it is undelivered\n\
             write `=>` there, or leave this edge out",
            edge.describe()
        );
        errors.at(port.span(), message);
    }
    let field = &group.header.fields[field];
    if field.public.is_some() {
        let message = format!(
            "a fused edge is the only way to its worker, and `{to}` is `pub`\n\
             what comes from outside needs a queue: write `=>`"
        );
        errors.at(edge.to_span, message);
    }
}

/// No option at either end excludes a fused edge.
fn check_options(edge: &Edge, group: &Group, errors: &mut Errors) {
    let ends = [Some(edge.from_field), edge.to_field].into_iter().flatten();
    for (field, is_callee) in ends.zip([false, true]) {
        for setting in group.header.fields[field].settings.iter() {
            let why = match setting.row.not_fused {
                Some(NotFused::Either(why)) => why,
                Some(NotFused::Callee(why)) if is_callee => why,
                _ => continue,
            };
            let (name, edge) = (setting.row.name, edge.describe());
            let message = format!(
                "`{name}` does not go with {edge}: {why}\nwrite `=>`, or leave `{name}` out"
            );
            errors.at(setting.span, message);
        }
    }
}

/// All edges of a chain have the same configuration: the type of the chain is one expression.
fn check_cfgs(edge: &Edge, group: &Group, errors: &mut Errors) {
    let cfgs = |edge: &Edge| {
        let cfgs = edge.all_cfgs(&group.header.fields);
        let mut cfgs: Vec<_> = cfgs
            .iter()
            .map(|cfg| cfg.to_token_stream().to_string())
            .collect();
        cfgs.sort();
        cfgs.dedup();
        cfgs
    };
    let before = group
        .edges
        .iter()
        .find(|other| other.arrow == Arrow::Fused && other.to_field == Some(edge.from_field));
    if let Some(before) = before
        && cfgs(before) != cfgs(edge)
    {
        let message = format!(
            "this fused edge and {} before it stand under different configurations\n\
             give all workers of a fused chain the same `#[cfg(…)]`, or write `=>`",
            before.describe()
        );
        errors.at(edge.to_span, message);
    }
}
