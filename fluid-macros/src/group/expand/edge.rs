//! The edges, each as a call that connects two slots.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Token};

use super::name::{self, end_of, start_of, with_port};
use super::resource::with_clones;
use crate::group::model::{Edge, Header, Resource};
use crate::hygiene::{local, path};
use crate::words::{Arrow, FAILED, UNDELIVERED};

/// Whether a port is `failed`, which every consumer has.
fn is_failed(port: &Ident) -> bool {
    port == FAILED
}

/// Whether every consumer has this port.
pub(super) fn is_of_every_consumer(port: &Ident) -> bool {
    is_failed(port) || port == UNDELIVERED
}

/// One edge. The second edge from an output makes it a broadcast.
pub(super) fn draw(edge: &Edge, earlier: &[Edge], header: &Header) -> TokenStream {
    let Edge {
        port,
        arrow,
        adapter,
        to,
        to_span,
        ..
    } = edge;
    let span = to_span.resolved_at(Span::call_site());
    let cfgs = edge.all_cfgs(&header.fields);
    let workers = local("__workers");
    let start = start(edge, header);
    let Some((to, to_field)) = to.as_ref().zip(edge.to_field) else {
        return match port {
            Some(port) if is_failed(port) => {
                quote_spanned!(span=> #(#cfgs)* #workers.discard(#start);)
            }
            // The port must exist even if its messages are discarded.
            Some(_) => quote!(#(#cfgs)* let _ = #start;),
            None => TokenStream::new(),
        };
    };
    let before = earlier
        .iter()
        .filter(|other| other.to.is_some() && other.starts_with(edge));
    let second = before.clone().count() == 1 || before.clone().any(|other| !other.cfgs.is_empty());
    let to_slot = end_of(to, &header.fields[to_field], span);
    let verb = if *arrow == Arrow::Feedback {
        "feedback"
    } else {
        "connect"
    };
    // The compiler reports errors about an adapter at the adapter.
    let at = adapter.as_ref().map_or(span, |adapter| {
        adapter.span().resolved_at(Span::call_site())
    });
    let (agreed, rule) = (
        path("fluid::rule::IsConsumedBy", at),
        name::rule(header, at),
    );
    let connect = match argument(edge, header) {
        Some(adapter) => {
            let connect = format_ident!("{verb}_adapted", span = at);
            quote_spanned! {at=>
                #agreed::<_, _, _, ::fluid::rule::Adapted>::#connect(#rule, &mut #workers, #start, #to_slot, #adapter)
            }
        }
        None => {
            let connect = Ident::new(verb, at);
            quote_spanned!(at=> #agreed::#connect(#rule, &mut #workers, #start, #to_slot))
        }
    };
    let connect = quote_spanned!(span=> #(#cfgs)* #connect;);
    if !second {
        return connect;
    }
    // The compiler reports errors about a call at the end of its edge, and errors about a broadcast at its start.
    let at_start = edge.port.as_ref().unwrap_or(&edge.from).span();
    let at_start = at_start.resolved_at(Span::call_site());
    let (copied, rule) = (
        path("fluid::rule::CanBeCopied", at_start),
        name::rule(header, at_start),
    );
    let broadcast = quote_spanned!(at_start=> #copied::broadcast(#rule, &mut #workers, #start));
    quote_spanned! {span=>
        #(#cfgs)*
        #broadcast;
        #connect
    }
}

/// Where an edge starts: `poll.starts_an_edge()`, `parse.port(<Parse>::rejected())`, `store.failed()` or
/// `store.undelivered()`.
fn start(edge: &Edge, header: &Header) -> TokenStream {
    let field = edge.start(&header.fields);
    let Some(port) = &edge.port else {
        return start_of(&edge.from, field);
    };
    // The compiler reports errors about the messages of a port at the port.
    let at = port.span().resolved_at(Span::call_site());
    let slot = with_port(&edge.from, field, at);
    if port == UNDELIVERED {
        let (undelivered, ty) = (Ident::new("undelivered", at), &field.ty);
        let rule = path("fluid::rule::HasUndelivered", at);
        return quote_spanned! {at=>
            #rule::<#ty, _>::with_undelivered(#slot.end_of_edge()).#undelivered()
        };
    }
    if is_failed(port) {
        let (copied, rule) = (
            path("fluid::rule::CanBeTriedAgain", at),
            name::rule(header, at),
        );
        let (failed, ty) = (Ident::new("failed", at), &field.ty);
        let has_failed = path("fluid::rule::HasFailed", at);
        let slot = quote_spanned!(at=> #has_failed::<#ty, _>::with_failed(#slot.end_of_edge()));
        return quote_spanned!(at=> #copied::#failed(#rule, #slot));
    }
    let ty = &field.ty;
    quote_spanned!(port.span()=> #slot.port(<#ty>::#port()))
}

/// The adapter of an edge.
pub(super) fn argument(edge: &Edge, header: &Header) -> Option<TokenStream> {
    let adapter = adapter_of(edge.adapter.as_ref()?, &header.resources);
    Some(adapter)
}

/// The adapter, as a closure that owns what it uses: the runtime calls it for as long as the group runs.
fn adapter_of(adapter: &Expr, resources: &[Resource]) -> TokenStream {
    let mut adapter = adapter.clone();
    if let Expr::Closure(closure) = &mut adapter {
        let span = closure.inputs_begin.span;
        closure.capture.get_or_insert_with(|| Token![move](span));
    }
    with_clones(&adapter, resources)
}
