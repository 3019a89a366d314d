//! Conditions over `#[cfg(…)]`s.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Meta};

/// The configuration in which none of several things exists. Each thing is given by its `#[cfg(…)]`s. `None` if one
/// of them always exists.
pub(super) fn unless(things: &[Vec<&Attribute>]) -> Option<TokenStream> {
    if things.is_empty() {
        return Some(TokenStream::new());
    }
    if things.iter().any(Vec::is_empty) {
        return None;
    }
    let any = any(things);
    Some(quote!(#[cfg(not(#any))]))
}

/// `any(all(…), all(…))`
pub(super) fn any(things: &[Vec<&Attribute>]) -> TokenStream {
    let all = things.iter().map(|cfgs| {
        let conditions = cfgs.iter().filter_map(|cfg| match &cfg.meta {
            Meta::List(list) => Some(&list.tokens),
            _ => None,
        });
        quote!(all(#(#conditions),*))
    });
    quote!(any(#(#all),*))
}
