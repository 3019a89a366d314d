//! The rules of fused edges, and the chains they make.

use quote::ToTokens;

use crate::error::Errors;
use crate::group::check::Group;
use crate::group::check::edge::Edge;
use crate::group::parse::statement::Arrow;
use crate::option::NotFused;

/// A fused edge is the only one at either of its ends: what is called directly has no queue, and what
/// calls directly has no port.
///
/// One that breaks a rule becomes a queued one, so that no second error follows.
pub(crate) fn check_fused(group: &mut Group, errors: &mut Errors) {
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
}

/// It starts at a return value, and ends at a worker.
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

/// No other edge starts there.
fn check_start(at: usize, edges: &[Edge], errors: &mut Errors) {
    let edge = &edges[at];
    let other = edges.iter().enumerate().find(|(place, other)| {
        *place != at && other.to.is_some() && other.starts_with(edge) && edge.port.is_none()
    });
    // Of two fused edges the second is the mistake.
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

/// Nothing else feeds the worker that is called.
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

/// A chain is there or not, as a whole: its type could not be written otherwise.
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

/// The fused chains: each a list of edges, from the one that starts at its head.
pub(crate) fn chains(edges: &[Edge]) -> Vec<Vec<&Edge>> {
    let fused = || edges.iter().filter(|edge| edge.arrow == Arrow::Fused);
    let from = |field: Option<usize>| fused().find(|edge| Some(edge.from_field) == field);
    let heads = fused().filter(|edge| !fused().any(|other| other.ends_at(edge.from_field)));
    heads
        .map(|head| {
            let chain = std::iter::successors(Some(head), |edge| from(edge.to_field));
            chain.collect()
        })
        .collect()
}
