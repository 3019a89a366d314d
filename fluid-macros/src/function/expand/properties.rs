//! What the options and the parameters of a function say, as types: the rules of a group about them need types.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Generics;

use crate::function::model::{Role, Worker};
use crate::option::Setting;

/// The function `declared_properties`, if the worker has one of the properties.
pub(super) fn properties(worker: &Worker, generics: &Generics) -> TokenStream {
    let Worker {
        name,
        vis,
        cfgs,
        settings,
        ..
    } = worker;
    let has = |option| settings.get(option).is_some();
    let beside = settings.get("retry_in").and_then(Setting::word) == Some("queue");
    let state = worker.role == Role::Consumer && worker.is_stateful();
    let lanes = settings.get("concurrency");
    let several = lanes.and_then(|lanes| lanes.number().map(|lanes| lanes > 1));
    let declared = ["blocking", "stall", "retry", "batch"].into_iter().any(has);
    if !declared && !state && (lanes.is_none() || several == Some(false)) {
        return TokenStream::new();
    }
    let answer = |is: bool| {
        let answer = Ident::new(if is { "Yes" } else { "No" }, Span::call_site());
        let answer = quote!(::fluid::rule::#answer);
        (answer.clone(), answer)
    };
    let lanes = match several {
        Some(several) => answer(several),
        // A constant of the user, which a type of a generic worker cannot name.
        None if lanes.is_some() && generics.params.is_empty() => {
            let several = quote!(<#name as ::fluid::__private::Function>::OPTIONS.lanes() > 1);
            let answer = quote!(<::fluid::rule::If<{ #several }> as ::fluid::rule::Answer>);
            (quote!(#answer::Is), quote!(#answer::IS))
        }
        None => answer(false),
    };
    // In the order of the type parameters of `Properties`.
    let properties = [
        ("blocking", answer(has("blocking"))),
        ("lanes", lanes),
        ("stall", answer(has("stall"))),
        ("state", answer(state)),
        ("retry", answer(has("retry"))),
        ("batches", answer(has("batch"))),
        ("beside", answer(beside)),
    ];
    let types = properties.iter().map(|(_, (ty, _))| ty);
    let values = properties.iter().map(|(name, (_, value))| {
        let name = Ident::new(name, Span::call_site());
        quote!(#name: #value)
    });
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    quote! {
        #(#cfgs)*
        impl #impl_generics #name #ty_generics #clause {
            #[doc(hidden)]
            #[allow(dead_code)]
            #[must_use]
            #vis const fn declared_properties() -> ::fluid::rule::Properties<#(#types),*> {
                ::fluid::rule::Properties { #(#values),* }
            }
        }
    }
}
