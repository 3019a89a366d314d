//! The fused chains. Each is a value, built from its end, whose type says which worker calls which.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::edge::argument;
use super::name::{self, end_of, start_of};
use super::rules::{HAS_ONE_LANE, NEEDS_NO_THREAD, RETRIES_IN_LANE, property};
use crate::group::model::{Edge, Field, Group, Header, fused_chains};
use crate::hygiene::path;

pub(super) fn draw(group: &Group) -> TokenStream {
    fused_chains(&group.edges)
        .iter()
        .map(|chain| draw_chain(chain, &group.header))
        .collect()
}

/// `let chain = fuse(&b, &c, PortOutput); let chain = fuse(&a, &b, chain); workers.lead(&a, chain);`
fn draw_chain(edges: &[&Edge], header: &Header) -> TokenStream {
    // The same locals wherever they are named, and an error about their types shows there.
    let local = |name: &str, at: Span| Ident::new(name, at.resolved_at(Span::mixed_site()));
    let Some(head) = edges.first() else {
        return TokenStream::new();
    };
    // They are the same for all edges of a chain.
    let cfgs = head.all_cfgs(&header.fields);
    let rules = edges.iter().map(|edge| rule(edge, header));
    let mut next = quote!(::fluid::__private::PortOutput);
    let mut fuses = TokenStream::new();
    for edge in edges.iter().rev() {
        let span = edge.to_span.resolved_at(Span::call_site());
        let at = guilty(edge);
        let (workers, chain) = (local("__workers", at), local("__chain", at));
        let from = start_of(&edge.from, edge.start(&header.fields));
        let to = edge.to.as_ref().zip(edge.to_field);
        let to = to.map(|(to, field)| callee(to, &header.fields[field], span));
        let (agreed, rule) = (
            path("fluid::rule::IsCalledWith", at),
            name::rule(header, at),
        );
        let fuse = match argument(edge, header) {
            Some(adapter) => quote_spanned! {at=>
                #agreed::<_, _, _, ::fluid::rule::Adapted>::fuse_adapted(
                    #rule, &mut #workers, #from, #to, #next, #adapter
                )
            },
            None => quote_spanned! {at=>
                #agreed::fuse(#rule, &mut #workers, #from, #to, #next)
            },
        };
        fuses.extend(quote_spanned! {span=>
            #(#cfgs)* let #chain = #fuse;
        });
        next = quote!(#chain);
    }
    let from = edge_head(head, header);
    // A type that is wrong at the first edge is wrong here, too, and must not be told twice.
    let at = guilty(head);
    let (workers, chain) = (local("__workers", at), local("__chain", at));
    let lead = quote_spanned! {at=>
        #(#cfgs)* #workers.lead(#from, #chain);
    };
    quote!(#(#rules)* #fuses #lead)
}

/// The slot of the worker that makes all calls of a chain.
fn edge_head(head: &Edge, header: &Header) -> TokenStream {
    let at = head.from.span().resolved_at(Span::call_site());
    let field = head.start(&header.fields);
    let (slot, ty) = (start_of(&head.from, field), &field.ty);
    let rule = path("fluid::rule::StartsFused", at);
    quote_spanned!(at=> #rule::<#ty, _>::head(#slot))
}

/// The slot of a worker that is called, with the rules about it.
fn callee(name: &Ident, field: &Field, at: Span) -> TokenStream {
    let (slot, ty) = (end_of(name, field, at), &field.ty);
    let [one, called] =
        ["TakesOne", "EndsFused"].map(|rule| path(&format!("fluid::rule::{rule}"), at));
    quote_spanned!(at=> #called::<#ty, _>::called(#one::<#ty, _>::one(#slot.callee())))
}

/// Where an error about the types of an edge belongs: to its adapter, if it has one.
fn guilty(edge: &Edge) -> Span {
    let adapter = edge.adapter.as_ref().map(Spanned::span);
    adapter
        .unwrap_or(edge.to_span)
        .resolved_at(Span::call_site())
}

/// What is called has no thread of its own and retries in its lane, and neither end has several lanes.
fn rule(edge: &Edge, header: &Header) -> TokenStream {
    let Some(to) = edge.to_field else {
        return TokenStream::new();
    };
    let (from, to) = (&header.fields[edge.from_field], &header.fields[to]);
    let span = edge.to_span.resolved_at(Span::call_site());
    let rules = [
        property(NEEDS_NO_THREAD, to, span),
        property(RETRIES_IN_LANE, to, span),
        property(HAS_ONE_LANE, from, span),
        property(HAS_ONE_LANE, to, span),
    ];
    // Each call stands under the configuration of its own field; the edge exists in that of both.
    let cfgs = edge.all_cfgs(&header.fields);
    if cfgs.is_empty() {
        return rules.into_iter().collect();
    }
    quote_spanned!(span=> #(#cfgs)* { #(#rules)* })
}
