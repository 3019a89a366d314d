//! The rule that a group wires every port of a worker.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::named_ports;
use crate::function::check::Worker;
use crate::port::number;

/// A function that can be called only for a field of a group that wires every port. Each port is a type
/// there, for its name to be read in the error.
pub(super) fn every_port_leads_somewhere(worker: &Worker) -> TokenStream {
    let Worker {
        name,
        vis,
        cfgs,
        generics,
        ..
    } = worker;
    let ports: Vec<_> = named_ports(worker).map(|(port, _)| port).collect();
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
