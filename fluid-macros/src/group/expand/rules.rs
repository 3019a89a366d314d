//! The rules of a group that need types: calls and assertions that compile only if the rule holds.

use heck::ToUpperCamelCase;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Attribute;
use syn::ext::IdentExt;

use super::cfg::{any, unless};
use super::edge::is_of_every_consumer;
use crate::group::model::{Edge, Field, Made, Resource};
use crate::hygiene::{ends, path, path_over};
use crate::option::{
    BLOCKING_TIMEOUT, FieldRule, Place, RETRY_IN_OF_BATCHES, Setting, WITHOUT_RETRY, WITHOUT_STALL,
};
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
    let last = last.resolved_at(Span::call_site());
    let of_type = |alias| {
        let path = path_over(alias, (first.resolved_at(Span::call_site()), last));
        quote_spanned!(last=> #path<#ty>)
    };
    let mut rules = TokenStream::new();
    let unfed = unless(&of(&|edge| edge.ends_at(place)));
    if let (None, Some(unfed)) = (&field.public, unfed) {
        let message = of_type("fluid::rule::ConsumedBy");
        rules.extend(quote! {
            #(#cfgs)* #unfed <#message as ::fluid::rule::NeedsNoFeeding<#ty>>::fed_by_nothing();
        });
    }
    if let Some(unwired) = unless(&of(&|edge| edge.starts_at(place))) {
        let output = of_type("fluid::rule::EmittedBy");
        rules.extend(quote! {
            #(#cfgs)* #unwired <#output as ::fluid::rule::NeedsNoEdge<#ty>>::feeds_nothing();
        });
    }
    rules.extend(ports(place, field, edges, fields));
    rules
}

/// Only a consumer can be `pub`.
pub(super) fn public(field: &Field, generic: bool) -> Option<TokenStream> {
    let Field {
        cfgs,
        name,
        ty,
        public,
        ..
    } = field;
    let span = public.as_ref()?.span.resolved_at(Span::call_site());
    let message = format!(
        "`pub` means that messages may come from outside, and `{name}` consumes none: take it away"
    );
    let assert = path("core::assert", span);
    let assertion = quote_spanned!(span=> #assert!(::fluid::rule::consumes::<#ty>(), #message));
    Some(if generic {
        quote!(#(#cfgs)* const { #assertion };)
    } else {
        quote!(#(#cfgs)* const _: () = #assertion;)
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
pub(super) fn options(field: &Field, generic: bool) -> TokenStream {
    let settings = field.settings.iter();
    settings
        .map(|setting| option(setting, field, generic))
        .collect()
}

/// The bounds that an option asks for, and then its assertions, of which only the first that fails is reported.
fn option(setting: &Setting, field: &Field, generic: bool) -> TokenStream {
    let Field { cfgs, ty, .. } = field;
    let rules = setting.row.on_field.iter();
    let bounds = rules.clone().filter_map(|rule| {
        let (bound, check) = bound(*rule)?;
        let [bound, check] = [bound, check].map(|name| Ident::new(name, setting.span));
        Some(quote_spanned!(setting.span=> #(#cfgs)* <#ty as ::fluid::rule::#bound>::#check();))
    });
    let bounds: TokenStream = bounds.collect();
    let assert = path("core::assert", setting.span);
    let assertions = rules.filter_map(|rule| {
        let (holds, message) = assertion(*rule, setting, field)?;
        Some(quote_spanned!(setting.span=> #assert!(#holds, #message)))
    });
    let assertions: Vec<_> = assertions.collect();
    let assertion = match &assertions[..] {
        [] => return bounds,
        [only] => only.clone(),
        several => quote_spanned!(setting.span=> { #(#several);* }),
    };
    // A named constant is evaluated even if nothing is built, but knows no type parameters.
    if generic {
        quote!(#bounds #(#cfgs)* const { #assertion };)
    } else {
        quote!(#bounds #(#cfgs)* const _: () = #assertion;)
    }
}

/// The trait of `fluid::rule` that is the rule, and its function, if there is one.
fn bound(rule: FieldRule) -> Option<(&'static str, &'static str)> {
    match rule {
        FieldRule::MakesCalls => Some(("MakesCalls", "makes_calls")),
        FieldRule::IsCalled => Some(("IsCalledByFluid", "called_by_fluid")),
        FieldRule::TakesBatches => Some(("TakesBatches", "takes_batches")),
        FieldRule::IsConsumer
        | FieldRule::IsNoConsumer
        | FieldRule::HasStall
        | FieldRule::HasRetry
        | FieldRule::TakesNoBatches
        | FieldRule::IsNotBlocking
        | FieldRule::IsStateless
        | FieldRule::KeepsCopies
        | FieldRule::IsIngress => None,
    }
}

/// The constant expression that says whether the rule holds, and the error if it does not.
fn assertion(rule: FieldRule, setting: &Setting, field: &Field) -> Option<(TokenStream, String)> {
    let Field { name, ty, .. } = field;
    let option = setting.row.name;
    let options = quote!(<#ty as ::fluid::__private::Member>::OPTIONS);
    Some(match rule {
        FieldRule::IsConsumer => (
            quote!(::fluid::rule::consumes::<#ty>()),
            format!("`{option}` is an option of consumers, and `{name}` is none"),
        ),
        FieldRule::IsNoConsumer => (
            quote!(!::fluid::rule::consumes::<#ty>()),
            format!("`{option}` is not for consumers, and `{name}` is one"),
        ),
        FieldRule::HasStall => {
            let set = field.settings.get("stall").is_some();
            (
                quote!(#set || #options.has_stall()),
                format!("`{option}` needs `stall`: {WITHOUT_STALL}"),
            )
        }
        FieldRule::HasRetry => {
            let set = field.settings.get("retry").is_some();
            (
                quote!(#set || #options.has_retry()),
                format!("`{option}` needs `retry`: {WITHOUT_RETRY}"),
            )
        }
        FieldRule::TakesNoBatches => (
            quote!(!#options.has_batches()),
            RETRY_IN_OF_BATCHES.to_owned(),
        ),
        FieldRule::IsIngress if matches!(field.made, Made::Ingress) => return None,
        FieldRule::IsIngress => (
            quote!(false),
            format!("`{option}` is an option of an ingress, and `{name}` is none"),
        ),
        FieldRule::IsNotBlocking => (quote!(!#options.is_blocking()), BLOCKING_TIMEOUT.to_owned()),
        FieldRule::IsStateless => (
            quote!(!#options.is_stateful()),
            format!(
                "`{name}` has state, of which each lane would have its own: its function must say which \
                 messages belong together, with `partition_by`"
            ),
        ),
        FieldRule::MakesCalls
        | FieldRule::IsCalled
        | FieldRule::TakesBatches
        | FieldRule::KeepsCopies => return None,
    })
}
