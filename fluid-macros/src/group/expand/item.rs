//! The struct of the group, and its implementations.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::name::Names;
use super::{construct, graph, make, picture};
use crate::group::model::{Group, Header};

pub(super) fn struct_(group: &Group, names: &Names) -> TokenStream {
    let Header {
        docs, cfgs, vis, ..
    } = &group.header;
    let Names {
        group: name,
        handle,
        generics,
        ..
    } = names;
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let made = format!(" The group `{}`.", names.text);
    let docs = if docs.is_empty() {
        quote!(#[doc = #made])
    } else {
        quote!(#(#docs)*)
    };
    let picture = picture::picture(group);
    let printable = group
        .header
        .is_public()
        .then(|| quote!(#[allow(missing_debug_implementations)]));
    quote! {
        #(#cfgs)*
        #docs
        #picture
        #[must_use = "a group does nothing until it is started"]
        #printable
        #vis struct #name #generics (::fluid::__private::Declared<#handle #ty_generics>) #clause;

        #(#cfgs)*
        impl #impl_generics ::core::ops::Deref for #name #ty_generics #clause {
            type Target = #handle #ty_generics;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
    }
}

/// The constructor with the functions that make the workers, the methods that start the group, and the graph.
pub(super) fn constructor(group: &Group, names: &Names) -> TokenStream {
    let Header {
        cfgs,
        vis,
        fields,
        whole,
        ..
    } = &group.header;
    let Names {
        group: name,
        handle,
        generics,
        ..
    } = names;
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    // The compiler and editors show these methods at the head of the group.
    let at = group.header.keyword.resolved_at(Span::call_site());
    let start = quote_spanned! {at=>
        ::fluid::__private::start_methods!(#vis self -> #handle #ty_generics);
    };
    let new = construct::new(group, names);
    let makes = fields.iter().filter(|_| *whole);
    let shared = group.header.shared();
    let makes: TokenStream = makes.map(|field| make::make(field, &shared)).collect();
    let graph = graph::graph(group, names);
    quote! {
        #(#cfgs)*
        impl #impl_generics #name #ty_generics #clause {
            #new
            #makes
            #start
            #graph
        }
    }
}

/// The group as a member of another group.
pub(super) fn member(header: &Header, names: &Names) -> TokenStream {
    let cfgs = &header.cfgs;
    let Names {
        group,
        handle,
        generics,
        ..
    } = names;
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    quote! {
        #(#cfgs)*
        impl #impl_generics ::fluid::__private::Member for #group #ty_generics #clause {
            type Slot = #handle #ty_generics;
            const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(&Self::GRAPH);

            fn into_member(self) -> ::fluid::__private::Declared<#handle #ty_generics> {
                self.0
            }
        }
    }
}
