//! The named ports of a worker, and the rule that a group wires every one of them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Generics, Index};

use crate::function::model::Worker;
use crate::port::number;

/// A function for each port, with the name of the port.
pub(super) fn ports(worker: &Worker, generics: &Generics) -> TokenStream {
    let Worker {
        name, vis, cfgs, ..
    } = worker;
    let functions = worker.ports().enumerate().map(|(index, (port, message))| {
        let index = Index::from(index);
        let doc = format!(" The port `{port}`.");
        let text = port.unraw().to_string();
        quote! {
            #[doc = #doc]
            #vis const fn #port() -> ::fluid::__private::Port<Self, #message> {
                ::fluid::__private::Port::<Self, _>::new(#text, |ports| &mut ports.#index)
            }
        }
    });
    let functions: Vec<_> = functions.collect();
    if functions.is_empty() {
        return TokenStream::new();
    }
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    quote! {
        #(#cfgs)*
        impl #impl_generics #name #ty_generics #clause {
            #(#functions)*
        }
    }
}

/// A function that can be called only for a field of a group that wires every port. Each port is a type
/// there, for its name to be read in the error.
pub(super) fn every_port_leads_somewhere(worker: &Worker, generics: &Generics) -> TokenStream {
    let Worker {
        name, vis, cfgs, ..
    } = worker;
    let ports: Vec<_> = worker.ports().map(|(port, _)| port).collect();
    if ports.is_empty() {
        return TokenStream::new();
    }
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let edges = Ident::new("Edges", Span::mixed_site());
    let bounds = ports.iter().map(|port| {
        let number = number(port);
        quote_spanned!(port.span()=> ::fluid::rule::Wires<Self, #port, #number>)
    });
    quote! {
        #(#cfgs)*
        #[allow(non_camel_case_types, non_local_definitions, private_bounds, dead_code)]
        const _: () = {
            #(enum #ports {})*

            impl #impl_generics #name #ty_generics #clause {
                #[doc(hidden)]
                #vis fn every_port_leads_somewhere<#edges>(_: #edges)
                where
                    #edges: #(#bounds)+*
                {}
            }
        };
    }
}
