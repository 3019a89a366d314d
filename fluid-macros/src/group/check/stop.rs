//! The rule about the order of a stop.

use std::iter::successors;

use crate::error::{Errors, list};
use crate::group::model::{Edge, Group};
use crate::option::Setting;
use crate::words::Arrow;

/// A worker that stops last feeds only workers that stop last: any other one would have ended before.
pub(super) fn check(group: &Group, errors: &mut Errors) {
    for (place, field) in group.header.fields.iter().enumerate() {
        let Some(last) = stops_last(group, place) else {
            continue;
        };
        let fed = group.edges.iter().filter(|edge| {
            let queued = edge.arrow == Arrow::Queued && edge.from_field == place;
            queued
                && edge
                    .to_field
                    .is_some_and(|to| stops_last(group, to).is_none())
        });
        let fed = fed.filter_map(|edge: &Edge| edge.to.as_ref());
        let fed: Vec<_> = fed.map(ToString::to_string).collect();
        if fed.is_empty() {
            continue;
        }
        let (name, fed) = (&field.name, list(fed.iter().map(String::as_str)));
        let message = format!(
            "`{name}` stops last, and feeds {fed}, which would have ended before it\n\
             let that stop last, too, with `#[consumer(stop = \"last\")]` on its field"
        );
        errors.at(last.span, message);
    }
}

/// The option by which a worker stops last. For a worker behind a fused edge it is that of the worker at the head of the
/// chain.
fn stops_last(group: &Group, field: usize) -> Option<&Setting> {
    let fused = || group.edges.iter().filter(|edge| edge.arrow == Arrow::Fused);
    let caller = |field: &usize| Some(fused().find(|edge| edge.ends_at(*field))?.from_field);
    let fields = &group.header.fields;
    // Fused edges in a circle are another mistake.
    let head = successors(Some(field), caller).take(fields.len()).last()?;
    let stop = fields[head].settings.get("stop")?;
    (stop.word() == Some("last")).then_some(stop)
}
