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

/// The constructor with the functions that make the workers, and the graph.
pub(super) fn constructor(group: &Group, names: &Names) -> TokenStream {
    let Header {
        cfgs,
        resources,
        fields,
        whole,
        ..
    } = &group.header;
    let Names {
        group: name,
        generics,
        ..
    } = names;
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let new = construct::new(group, names);
    let makes = fields.iter().filter(|_| *whole);
    let makes: TokenStream = makes.map(|field| make::make(field, resources)).collect();
    let graph = graph::graph(group, names);
    quote! {
        #(#cfgs)*
        impl #impl_generics #name #ty_generics #clause {
            #new
            #makes
            #graph
        }
    }
}

/// The methods that start the group. The compiler and editors show them at its head.
pub(super) fn start(header: &Header, names: &Names) -> TokenStream {
    let Header { cfgs, vis, .. } = header;
    let Names {
        group,
        handle,
        generics,
        ..
    } = names;
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let exit = quote!(::fluid::__private::Exit);
    let at = header.keyword.resolved_at(Span::call_site());
    let errors = header.is_public().then(|| {
        quote_spanned! {at=>
            ///
            /// # Errors
            ///
            /// The exit, if the group did not start.
        }
    });
    quote_spanned! {at=>
        #(#cfgs)*
        #[allow(dead_code)]
        impl #impl_generics #group #ty_generics #clause {
            /// Starts the group. See [`Workers::startup`](::fluid::Workers::startup).
            #errors
            #vis async fn startup(self) -> ::core::result::Result<#handle #ty_generics, #exit> {
                self.0.startup().await
            }

            /// Starts the group, runs `block`, and shuts the group down, whatever the block did. See
            /// [`Workers::scope`](::fluid::Workers::scope).
            #errors
            #vis async fn scope<BlockOutput, BlockFuture>(
                self,
                block: impl ::core::ops::FnOnce(#handle #ty_generics) -> BlockFuture,
            ) -> ::core::result::Result<(BlockOutput, #exit), #exit>
            where
                BlockFuture: ::core::future::Future<Output = BlockOutput>,
            {
                self.0.scope(block).await
            }

            /// Runs the group until its end or a signal. See [`Workers::run`](::fluid::Workers::run).
            #vis async fn run(self) -> #exit {
                self.0.run().await
            }

            /// Runs the group on a runtime of its own. See [`Workers::main`](::fluid::Workers::main).
            #vis fn main(self) -> #exit {
                self.0.main()
            }
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
            type Message = ::fluid::__private::Nothing;
            type Output = ::fluid::__private::Nothing;
            type Handle = #handle #ty_generics;
            type Slot = #handle #ty_generics;
            const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(&Self::GRAPH);

            fn into_group(self) -> ::fluid::__private::Declared<#handle #ty_generics> {
                self.0
            }

            fn handle(seat: &Self::Slot) -> Self::Handle {
                ::core::clone::Clone::clone(seat)
            }
        }
    }
}
