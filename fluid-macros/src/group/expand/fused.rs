//! The fused chains. Each is a value, built from its end, whose type says which worker calls which.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::edge::argument;
use super::name::{end_of, start_of};
use crate::group::model::{Edge, Field, Group, Header, fused_chains};
use crate::hygiene::path;

pub(super) fn draw(group: &Group, generic: bool) -> TokenStream {
    fused_chains(&group.edges)
        .iter()
        .map(|chain| draw_chain(chain, &group.header, generic))
        .collect()
}

/// `let chain = workers.fuse(&b, &c, PortOutput); let chain = workers.fuse(&a, &b, chain); workers.lead(&a, chain);`
fn draw_chain(edges: &[&Edge], header: &Header, generic: bool) -> TokenStream {
    // The same locals wherever they are named, and an error about their types shows there.
    let local = |name: &str, at: Span| Ident::new(name, at.resolved_at(Span::mixed_site()));
    let Some(head) = edges.first() else {
        return TokenStream::new();
    };
    // They are the same for all edges of a chain.
    let cfgs = head.all_cfgs(&header.fields);
    let rules = edges.iter().map(|edge| rule(edge, header, generic));
    let mut next = quote!(::fluid::__private::PortOutput);
    let mut fuses = TokenStream::new();
    for edge in edges.iter().rev() {
        let span = edge.to_span.resolved_at(Span::call_site());
        let at = guilty(edge);
        let (workers, chain) = (local("__workers", at), local("__chain", at));
        let from = start_of(&edge.from);
        let to = edge.to.as_ref().zip(edge.to_field);
        let to = to.map(|(to, field)| end_of(to, &header.fields[field], span));
        let suffix = if edge.adapter.is_some() {
            "_adapted"
        } else {
            ""
        };
        let fuse = format_ident!("fuse{suffix}", span = at);
        let adapter = argument(edge, header);
        fuses.extend(quote_spanned! {span=>
            #(#cfgs)* let #chain = #workers.#fuse(#from, #to, #next #adapter);
        });
        next = quote!(#chain);
    }
    let from = start_of(&head.from);
    // A type that is wrong at the first edge is wrong here, too, and must not be told twice.
    let at = guilty(head);
    let (workers, chain) = (local("__workers", at), local("__chain", at));
    let lead = quote_spanned! {at=>
        #(#cfgs)* #workers.lead(#from, #chain);
    };
    quote!(#(#rules)* #fuses #lead)
}

/// Where an error about the types of an edge belongs: to its adapter, if it has one.
fn guilty(edge: &Edge) -> Span {
    let adapter = edge.adapter.as_ref().map(Spanned::span);
    adapter
        .unwrap_or(edge.to_span)
        .resolved_at(Span::call_site())
}

/// What is called has no thread of its own and retries in its lane, and neither end has several lanes.
fn rule(edge: &Edge, header: &Header, generic: bool) -> TokenStream {
    let Some(to) = edge.to_field else {
        return TokenStream::new();
    };
    let cfgs = edge.all_cfgs(&header.fields);
    let (name, ty) = (&header.fields[to].name, &header.fields[to].ty);
    let span = edge.to_span.resolved_at(Span::call_site());
    let message = format!(
        "`{name}` is `blocking`, and has a thread of its own: it needs a queue, so write `=>`"
    );
    let assert = path("core::assert", span);
    let from = &header.fields[edge.from_field];
    let lanes = [from, &header.fields[to]].map(|Field { name, ty, .. }| {
        let message = format!(
            "`{name}` has several lanes, and a fused edge joins two workers into one task: write `=>`"
        );
        let one = quote!(<#ty as ::fluid::__private::Member>::OPTIONS.lanes() == 1);
        quote_spanned!(span=> #assert!(#one, #message))
    });
    let called = quote!(!<#ty as ::fluid::__private::Member>::OPTIONS.is_blocking());
    let retry_message = format!(
        "`{name}` has `retry_in = \"queue\"`, and no queue behind a fused edge: write `=>`"
    );
    let retries = quote!(!<#ty as ::fluid::__private::Member>::OPTIONS.retries_beside_queue());
    let assertion = quote_spanned! {span=> {
        #assert!(#called, #message);
        #assert!(#retries, #retry_message);
        #(#lanes);*
    }};
    if generic {
        quote!(#(#cfgs)* const { #assertion };)
    } else {
        quote!(#(#cfgs)* const _: () = #assertion;)
    }
}
