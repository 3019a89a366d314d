//! The edges, each as a call that connects two slots.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Token};

use super::name::{end_of, slot_of, start_of};
use super::resource::with_clones;
use crate::group::model::{Edge, Header, Made, Resource};
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
    let connect = match argument(edge, header) {
        Some(adapter) => {
            let connect = format_ident!("{verb}_adapted", span = at);
            quote_spanned!(span=> #workers.#connect(#start, #to_slot #adapter))
        }
        None => {
            let agreed = path("fluid::rule::IsConsumedBy", span);
            let connect = Ident::new(verb, span);
            quote_spanned!(span=> #agreed::#connect(&mut #workers, #start, #to_slot))
        }
    };
    let connect = quote_spanned!(span=> #(#cfgs)* #connect;);
    if !second {
        return connect;
    }
    // The compiler reports errors about a call at the end of its edge, and errors about a broadcast at its start.
    let at_start = edge.port.as_ref().unwrap_or(&edge.from).span();
    let at_start = at_start.resolved_at(Span::call_site());
    let copied = path("fluid::rule::CanBeCopied", at_start);
    let broadcast = quote_spanned!(at_start=> #copied::broadcast(&mut #workers, #start));
    quote_spanned! {span=>
        #(#cfgs)*
        #broadcast;
        #connect
    }
}

/// Where an edge starts: `poll.starts_an_edge()`, `parse.port(<Parse>::rejected())`, `store.failed()` or
/// `store.undelivered_messages()`.
fn start(edge: &Edge, header: &Header) -> TokenStream {
    let Some(port) = &edge.port else {
        return start_of(&edge.from);
    };
    let field = edge.start(&header.fields);
    // The compiler reports errors about the messages of a port at the port.
    let at = port.span().resolved_at(Span::call_site());
    if port == UNDELIVERED {
        let slot = slot_of(&edge.from, at);
        let undelivered = Ident::new("undelivered_messages", at);
        return quote_spanned!(at=> #slot.#undelivered());
    }
    let slot = match field.made {
        Made::Literal(_) | Made::Ingress => slot_of(&edge.from, at).into_token_stream(),
        Made::Expression(_) => end_of(&edge.from, field, edge.from.span()),
    };
    if is_failed(port) {
        let copied = path("fluid::rule::CanBeTriedAgain", at);
        let failed = Ident::new("failed", at);
        return quote_spanned!(at=> #copied::#failed(&#slot));
    }
    let ty = &field.ty;
    quote_spanned!(port.span()=> #slot.port(<#ty>::#port()))
}

/// The adapter of an edge, as the last argument of the call that draws the edge.
pub(super) fn argument(edge: &Edge, header: &Header) -> Option<TokenStream> {
    let adapter = adapter_of(edge.adapter.as_ref()?, &header.resources);
    Some(quote!(, #adapter))
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
