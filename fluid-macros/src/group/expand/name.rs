//! The names in the expansion: of its items, of its locals, and of the slots of workers.

use heck::ToSnakeCase;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Generics, parse_quote};

use crate::group::model::{Field, Header, Made};
use crate::hygiene::{ends, path};

/// The names of the items that are made.
pub(super) struct Names {
    /// The group's name at run time.
    pub(super) text: String,
    pub(super) group: Ident,
    pub(super) handle: Ident,
    pub(super) generics: Generics,
}

impl Names {
    pub(super) fn of(header: &Header) -> Self {
        let mut generics = header.generics.clone();
        for param in generics.type_params_mut() {
            param.bounds.push(parse_quote!(::core::marker::Send));
            param.bounds.push(parse_quote!(::core::marker::Sync));
            param.bounds.push(parse_quote!('static));
        }
        Self {
            text: header.name.to_string().to_snake_case(),
            group: header.name.clone(),
            handle: format_ident!("{}Handle", header.name, span = header.name.span()),
            generics,
        }
    }
}

/// The group's name at run time.
pub(super) fn group_name(header: &Header, names: &Names) -> TokenStream {
    let text = &names.text;
    match header.settings.get("name") {
        Some(name) => name.value(),
        None => quote!(#text),
    }
}

/// The local that holds the slot of a worker. The compiler reports errors about it at `at`.
pub(super) fn slot_of(name: &Ident, at: Span) -> Ident {
    let mut slot = name.clone();
    slot.set_span(at.resolved_at(Span::mixed_site()));
    slot
}

/// The local that holds the key of an ingress.
pub(super) fn key_of(name: &Ident) -> Ident {
    let key = format_ident!("__{}_key", name.unraw());
    slot_of(&key, name.span())
}

/// The slot at which an edge starts, with the rule that its worker emits something.
pub(super) fn start_of(name: &Ident, field: &Field) -> TokenStream {
    let at = name.span().resolved_at(Span::call_site());
    let (slot, ty) = (slot_of(name, at), &field.ty);
    let rule = path(&format!("fluid::rule::StartsEdge{}", of_any(field)), at);
    quote_spanned!(at=> #rule::<#ty, _>::start(#slot.start_of_edge()))
}

/// The slot at which an edge ends, with the rule that its worker consumes something.
pub(super) fn end_of(name: &Ident, field: &Field, at: Span) -> TokenStream {
    let at = at.resolved_at(Span::call_site());
    let (slot, ty) = (slot_of(name, at), &field.ty);
    let rule = path(&format!("fluid::rule::EndsEdge{}", of_any(field)), at);
    quote_spanned!(at=> #rule::<#ty, _>::end(#slot.end_of_edge()))
}

/// The slot of a field at whose port `port` an edge starts.
pub(super) fn with_port(name: &Ident, field: &Field, port: Span) -> TokenStream {
    match field.made {
        Made::Literal(_) | Made::Ingress => slot_of(name, port).into_token_stream(),
        Made::Expression(_) => {
            let at = name.span().resolved_at(Span::call_site());
            let (slot, ty) = (slot_of(name, at), &field.ty);
            let rule = path("fluid::rule::StartsEdgeOfAny", at);
            quote_spanned!(at=> #rule::<#ty, _>::start(&#slot))
        }
    }
}

/// What the constructor and the graph know of a field's type. The compiler reports at the type that it is no worker.
pub(super) fn member_of(field: &Field) -> TokenStream {
    let ty = &field.ty;
    let (first, last) = ends(ty);
    let [first, last] = [first, last].map(|at| at.resolved_at(Span::call_site()));
    let rule = match field.made {
        Made::Literal(_) => "IsWorker",
        Made::Expression(_) | Made::Ingress => "IsMember",
    };
    let (rule, member) = (Ident::new(rule, last), Ident::new("MEMBER", last));
    let (open, close) = (quote_spanned!(first=> <), quote_spanned!(last=> >));
    quote_spanned!(last=> #open #ty as ::fluid::rule::#rule<_> #close::#member)
}

/// What implements the rules. For a generic group it is of a type that the compiler proposes in no bound.
pub(super) fn rule(header: &Header, at: Span) -> TokenStream {
    match header.generics.type_params().next() {
        None => quote_spanned!(at=> ::fluid::rule::RULE),
        Some(_) => quote_spanned!(at=> ::fluid::rule::rule()),
    }
}

/// Only an expression can make a group, which has rules of its own.
fn of_any(field: &Field) -> &'static str {
    match field.made {
        Made::Literal(_) | Made::Ingress => "",
        Made::Expression(_) => "OfAny",
    }
}

/// The name as a text, without `r#`.
pub(super) fn unraw(name: &Ident) -> Literal {
    let mut literal = Literal::string(&name.unraw().to_string());
    literal.set_span(name.span());
    literal
}
