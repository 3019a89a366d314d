//! The edges, each as a call that connects two slots.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Token};

use super::name::{end_of, start_of};
use super::resource::with_clones;
use crate::group::model::{Edge, Header, Resource};
use crate::hygiene::local;
use crate::words::{Arrow, FAILED};

/// Whether a port is the one that every consumer has.
pub(super) fn is_failed(port: &Ident) -> bool {
    port == FAILED
}

/// One edge. The second edge from an output makes it a broadcast.
pub(super) fn draw(edge: &Edge, earlier: &[Edge], header: &Header) -> TokenStream {
    let Edge {
        from,
        port,
        arrow,
        adapter,
        to,
        to_span,
        ..
    } = edge;
    let span = to_span.resolved_at(Span::call_site());
    let cfgs = edge.all_cfgs(&header.fields);
    let ty = &edge.start(&header.fields).ty;
    let workers = local("__workers");
    let is_failed = port.as_ref().is_some_and(is_failed);
    let some_slot = end_of(from, edge.start(&header.fields), from.span());
    let port = port.as_ref().map(|port| {
        if is_failed {
            let at = port.span().resolved_at(Span::call_site());
            let failed = Ident::new("failed", at);
            quote_spanned!(at=> #workers.#failed(#some_slot))
        } else {
            quote_spanned!(port.span()=> <#ty>::#port())
        }
    });
    if let (None, true) = (to, is_failed) {
        return quote_spanned!(span=> #(#cfgs)* #workers.discard_port(#some_slot, #port););
    }
    let Some((to, to_field)) = to.as_ref().zip(edge.to_field) else {
        // The port must exist even if its messages are discarded.
        return port
            .map(|port| quote!(#(#cfgs)* let _ = #port;))
            .unwrap_or_default();
    };
    let before = earlier
        .iter()
        .filter(|other| other.to.is_some() && other.starts_with(edge));
    let second = before.clone().count() == 1 || before.clone().any(|other| !other.cfgs.is_empty());
    let from_slot = match &port {
        Some(_) => some_slot.clone(),
        None => start_of(from),
    };
    let to_slot = end_of(to, &header.fields[to_field], span);
    let verb = if *arrow == Arrow::Feedback {
        "feedback"
    } else {
        "connect"
    };
    let from_port = if port.is_some() { "_port" } else { "" };
    let with = if adapter.is_some() { "_with" } else { "" };
    // The compiler reports errors about an adapter at the adapter.
    let at = adapter.as_ref().map_or(span, |adapter| {
        adapter.span().resolved_at(Span::call_site())
    });
    let connect = format_ident!("{verb}{from_port}{with}", span = at);
    let port = port.map(|port| quote!(, #port));
    let adapter = adapter.as_ref().map(|adapter| {
        let adapter = adapter_of(adapter, &header.resources);
        quote!(, #adapter)
    });
    let connect = quote_spanned! {span=>
        #(#cfgs)*
        #workers.#connect(#from_slot #port, #to_slot #adapter);
    };
    if !second {
        return connect;
    }
    // The compiler reports errors about a call at the end of its edge, and errors about a broadcast at its start.
    let copy = format_ident!("broadcast{from_port}", span = span);
    quote_spanned! {span=>
        #(#cfgs)*
        #workers.#copy(#some_slot #port);
        #connect
    }
}

/// The adapter, as a closure that owns what it uses: the runtime calls it for as long as the group runs.
pub(super) fn adapter_of(adapter: &Expr, resources: &[Resource]) -> TokenStream {
    let mut adapter = adapter.clone();
    if let Expr::Closure(closure) = &mut adapter {
        let span = closure.inputs_begin.span;
        closure.capture.get_or_insert_with(|| Token![move](span));
    }
    with_clones(&adapter, resources)
}
