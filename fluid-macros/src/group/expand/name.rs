//! The names in the expansion: of its items, of its locals, and of the slots of workers.

use heck::ToSnakeCase;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Generics, parse_quote};

use crate::group::model::{Field, Header, Made};
use crate::hygiene::path;

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
pub(super) fn start_of(name: &Ident) -> TokenStream {
    let at = name.span().resolved_at(Span::call_site());
    let slot = slot_of(name, at);
    quote_spanned!(at=> #slot.starts_an_edge())
}

/// The slot at which an edge ends. Only an expression can make a group, which has no slot.
pub(super) fn end_of(name: &Ident, field: &Field, at: Span) -> TokenStream {
    let at = at.resolved_at(Span::call_site());
    let slot = slot_of(name, at);
    match field.made {
        Made::Literal(_) | Made::Ingress => quote_spanned!(at=> &#slot),
        Made::Expression(_) => {
            let rule = path("fluid::rule::IsSlot", at);
            quote_spanned!(at=> #rule::slot(&#slot))
        }
    }
}

/// The name as a text, without `r#`.
pub(super) fn unraw(name: &Ident) -> Literal {
    let mut literal = Literal::string(&name.unraw().to_string());
    literal.set_span(name.span());
    literal
}
