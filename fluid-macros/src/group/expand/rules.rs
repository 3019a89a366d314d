//! The rules of a group that need types: calls and assertions that compile only if the rule holds.

use heck::ToUpperCamelCase;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Attribute;
use syn::ext::IdentExt;

use super::cfg::{any, unless};
use super::edge::is_of_every_consumer;
use super::name::slot_of;
use crate::group::model::{Edge, Field, Resource};
use crate::hygiene::{ends, path, path_over};
use crate::option::{FieldRule, Place, Setting};
use crate::port::number;

/// A worker at which no edge ends consumes nothing, and a worker at which no edge starts emits nothing.
pub(super) fn wiring(place: usize, field: &Field, edges: &[Edge], fields: &[Field]) -> TokenStream {
    let Field { cfgs, ty, .. } = field;
    let of = |mine: &dyn Fn(&Edge) -> bool| -> Vec<_> {
        let mine = edges.iter().filter(|edge| mine(edge));
        mine.map(|edge| edge.cfgs_beside(place, fields)).collect()
    };
    // The compiler reports both rules at the type of the field.
    let (first, last) = ends(ty);
    let [first, last] = [first, last].map(|at| at.resolved_at(Span::call_site()));
    let slot = slot_of(&field.name, first);
    let check = |bound: &str, [check, kind, of]: [&str; 3]| {
        let rule = path_over(&format!("fluid::rule::{bound}"), (first, last));
        let [check, kind, of] = [check, kind, of].map(|name| Ident::new(name, last));
        quote_spanned!(last=> #rule::<#ty, _>::#check(#slot.#of(), #slot.#kind());)
    };
    let mut rules = TokenStream::new();
    let unfed = unless(&of(&|edge| edge.ends_at(place)));
    if let (None, Some(unfed)) = (&field.public, unfed) {
        let check = check(
            "NeedsNoFeeding",
            ["fed_by_nothing", "consumption", "message_type"],
        );
        rules.extend(quote!(#(#cfgs)* #unfed #check));
    }
    if let Some(unwired) = unless(&of(&|edge| edge.starts_at(place))) {
        let check = check("NeedsNoEdge", ["feeds_nothing", "emission", "output_type"]);
        rules.extend(quote!(#(#cfgs)* #unwired #check));
    }
    rules.extend(ports(place, field, edges, fields));
    rules
}

/// Only a consumer can be `pub`.
pub(super) fn public(field: &Field) -> Option<TokenStream> {
    let Field {
        cfgs,
        name,
        ty,
        public,
        ..
    } = field;
    let span = public.as_ref()?.span.resolved_at(Span::call_site());
    let (rule, slot) = (path("fluid::rule::CanBePublic", span), slot_of(name, span));
    Some(quote_spanned! {span=>
        #(#cfgs)* #rule::<#ty>::can_be_public(#slot.consumption());
    })
}

/// A worker into which a resource moves is built once: it has one lane, and no option restarts it.
pub(super) fn moved<'r>(
    field: &Field,
    mut moved: impl Iterator<Item = &'r Resource>,
    generic: bool,
) -> Option<TokenStream> {
    let Field {
        cfgs,
        name,
        ty,
        settings,
        ..
    } = field;
    let resource = &moved.find(|resource| field.uses(resource))?.name;
    let calls = settings.calls(Place::Graph);
    let options = quote!(<#ty as ::fluid::__private::Member>::OPTIONS #calls);
    let span = name.span().resolved_at(Span::call_site());
    let assert = path("core::assert", span);
    let one_lane = format!(
        "`{resource}` moves into `{name}`, which has several lanes, and each lane needs its own\n\
         remove `concurrency`, or share `{resource}`: write it without `move`"
    );
    let no_restart = format!(
        "`{resource}` moves into `{name}`, whose options restart it, and a restart has no second `{resource}`\n\
         remove the option (`on_error`, `on_stall` or `max_restarts`), or share `{resource}`: write it without `move`"
    );
    let assertions = quote_spanned! {span=>
        { #assert!((#options).lanes() == 1, #one_lane); #assert!(!(#options).is_restarted(), #no_restart) }
    };
    Some(if generic {
        quote!(#(#cfgs)* const { #assertions };)
    } else {
        quote!(#(#cfgs)* const _: () = #assertions;)
    })
}

/// An edge starts at every port of a worker. Only the worker knows its ports, and only the group knows its edges.
fn ports(place: usize, field: &Field, edges: &[Edge], fields: &[Field]) -> TokenStream {
    let Field { cfgs, ty, name, .. } = field;
    let span = name.span().resolved_at(Span::call_site());
    let mut ports: Vec<(&Ident, Vec<Vec<&Attribute>>)> = Vec::new();
    for edge in edges {
        let Some(name) = edge
            .port_of(place)
            .filter(|port| !is_of_every_consumer(port))
        else {
            continue;
        };
        let cfgs = edge.cfgs_beside(place, fields);
        match ports.iter_mut().find(|(other, _)| *other == name) {
            Some((_, all)) => all.push(cfgs),
            None => ports.push((name, vec![cfgs])),
        }
    }
    if ports.is_empty() {
        let none = path("fluid::rule::NoEdges", span);
        return quote_spanned!(span=> #(#cfgs)* <#ty>::every_port_leads_somewhere(#none););
    }
    let wiring = name.unraw().to_string().to_upper_camel_case();
    let wiring = format_ident!("EdgesOf{wiring}", span = span);
    // A port that does not exist is reported here, once: its edges get an error type, which satisfies every bound.
    let certain = ports
        .iter()
        .filter(|(_, edges)| edges.iter().any(Vec::is_empty));
    let certain = certain.map(|(name, _)| name);
    let wired = ports.iter().map(|(name, edges)| {
        let number = number(name);
        let configured = (!edges.iter().any(Vec::is_empty)).then(|| {
            let any = any(edges);
            quote!(#[cfg(#any)])
        });
        quote_spanned!(span=> #configured impl<W, P, Ports> ::fluid::rule::Wires<W, P, #number> for #wiring<Ports> {})
    });
    quote_spanned! {span=>
        #(#cfgs)*
        let () = {
            struct #wiring<Ports>(Ports);
            #(#wired)*
            <#ty>::every_port_leads_somewhere(#wiring((#(<#ty>::#certain(),)*)))
        };
    }
}

/// What the options on a field ask of the type of its worker.
pub(super) fn options(field: &Field) -> TokenStream {
    let settings = field.settings.iter();
    settings
        .flat_map(|setting| {
            let rules = setting.row.on_field.iter();
            rules.filter_map(|rule| option(*rule, setting, field))
        })
        .collect()
}

/// The call that compiles only if the worker of a field fulfils the rule of an option on it.
fn option(rule: FieldRule, setting: &Setting, field: &Field) -> Option<TokenStream> {
    let Field { cfgs, ty, .. } = field;
    let span = setting.span.resolved_at(Span::call_site());
    let slot = slot_of(&field.name, span);
    let on_slot = |bound: &str, check: &str| {
        let (bound, check) = (
            path(&format!("fluid::rule::{bound}"), span),
            Ident::new(check, span),
        );
        quote_spanned!(span=> #(#cfgs)* #bound::<#ty>::#check(&#slot);)
    };
    let on_kind = |bound: &str, check: &str| {
        let bound = path(&format!("fluid::rule::{bound}"), span);
        let [name, check] = [setting.row.name, check].map(|name| Ident::new(name, span));
        quote_spanned! {span=>
            #(#cfgs)*
            {
                #[allow(non_camel_case_types)]
                enum #name {}
                #bound::<#ty, #name>::#check(#slot.consumption());
            }
        }
    };
    Some(match rule {
        FieldRule::MakesCalls => on_slot("MakesCalls", "makes_calls"),
        FieldRule::IsCalled => on_slot("IsCalledByFluid", "called_by_fluid"),
        FieldRule::TakesBatches => on_slot("TakesBatches", "takes_batches"),
        FieldRule::IsConsumer => on_kind("IsConsumer", "of_a_consumer"),
        FieldRule::IsNoConsumer => on_kind("IsNoConsumer", "of_no_consumer"),
        FieldRule::HasStall if field.settings.get("stall").is_some() => return None,
        FieldRule::HasStall => property(HAS_STALL, field, span),
        FieldRule::HasRetry if field.settings.get("retry").is_some() => return None,
        FieldRule::HasRetry => property(HAS_RETRY, field, span),
        FieldRule::TakesNoBatches => property(TAKES_NO_BATCHES, field, span),
        FieldRule::IsNotBlocking => property(CAN_TIME_OUT, field, span),
        FieldRule::IsStateless => property(IS_STATELESS, field, span),
        FieldRule::KeepsCopies | FieldRule::IsIngress => return None,
    })
}

/// A rule about what the function of a worker says: the trait of `fluid::rule`, its function, and the property.
type PropertyRule = [&'static str; 3];

pub(super) const NEEDS_NO_THREAD: PropertyRule = ["NeedsNoThread", "needs_no_thread", "blocking"];
pub(super) const HAS_ONE_LANE: PropertyRule = ["HasOneLane", "has_one_lane", "lanes"];
pub(super) const RETRIES_IN_LANE: PropertyRule = ["RetriesInLane", "retries_in_lane", "beside"];
const HAS_RETRY: PropertyRule = ["HasRetry", "has_retry", "retry"];
const TAKES_NO_BATCHES: PropertyRule = ["TakesNoBatches", "takes_no_batches", "batches"];
const HAS_STALL: PropertyRule = ["HasStall", "has_stall", "stall"];
const CAN_TIME_OUT: PropertyRule = ["CanTimeOut", "can_time_out", "blocking"];
const IS_STATELESS: PropertyRule = ["IsStateless", "without_state", "state"];

/// The call that compiles only if the function of a field's worker has the property.
pub(super) fn property(rule: PropertyRule, field: &Field, span: Span) -> TokenStream {
    let Field { cfgs, ty, .. } = field;
    let [bound, check, property] = rule;
    let bound = path(&format!("fluid::rule::{bound}"), span);
    let [check, property] = [check, property].map(|name| Ident::new(name, span));
    quote_spanned! {span=>
        #(#cfgs)* #bound::<#ty>::#check(<#ty>::declared_properties().#property);
    }
}
