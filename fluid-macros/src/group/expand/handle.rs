//! The handle of the group, with an accessor for each worker.

use proc_macro2::TokenStream;
use quote::quote;

use super::name::Names;
use crate::group::model::{Field, Header, Made};

/// The handle: an accessor for each worker, and all that the handle of any group can do.
pub(super) fn handle(header: &Header, names: &Names) -> TokenStream {
    let Header { cfgs, vis, .. } = header;
    let Names {
        group,
        handle,
        generics,
        ..
    } = names;
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let fields = header.fields.iter().map(|field| {
        let Field { cfgs, name, .. } = field;
        let ty = handle_type(field);
        quote!(#(#cfgs)* #name: #ty,)
    });
    let fields: TokenStream = fields.collect();
    let accessors = header.fields.iter().map(|field| accessor(field, header));
    let accessors: TokenStream = accessors.collect();
    let types: Vec<_> = generics.type_params().map(|param| &param.ident).collect();
    let marker = (!types.is_empty())
        .then(|| quote!(__marker: ::core::marker::PhantomData<fn() -> (#(#types,)*)>,));
    // A derive would require that the parameters are `Clone`, too.
    let derive = types
        .is_empty()
        .then(|| quote!(#[derive(::core::clone::Clone)]));
    let clone = (!types.is_empty()).then(|| clone(header, names));
    let doc = format!(" The handle of [`{group}`]: one accessor for each worker.");
    let interfaces = header.is_public().then(|| quote!(, private_interfaces));
    quote! {
        #(#cfgs)*
        #[doc = #doc]
        #derive
        #vis struct #handle #generics #clause {
            __group: ::fluid::__private::GroupHandle,
            #fields
            #marker
        }

        #(#cfgs)*
        #[allow(dead_code #interfaces)]
        impl #impl_generics #handle #ty_generics #clause {
            #accessors
        }

        #clone

        #(#cfgs)*
        impl #impl_generics ::core::fmt::Debug for #handle #ty_generics #clause {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(&self.__group, __f)
            }
        }

        #(#cfgs)*
        impl #impl_generics ::core::ops::Deref for #handle #ty_generics #clause {
            type Target = ::fluid::__private::GroupHandle;

            fn deref(&self) -> &Self::Target {
                &self.__group
            }
        }
    }
}

/// The handle of a generic group is `Clone` for all parameters.
fn clone(header: &Header, names: &Names) -> TokenStream {
    let Header { cfgs, fields, .. } = header;
    let Names {
        handle, generics, ..
    } = names;
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let clones = fields.iter().map(|field| {
        let Field { cfgs, name, .. } = field;
        quote!(#(#cfgs)* #name: ::core::clone::Clone::clone(&self.#name),)
    });
    let clones: TokenStream = clones.collect();
    quote! {
        #(#cfgs)*
        impl #impl_generics ::core::clone::Clone for #handle #ty_generics #clause {
            fn clone(&self) -> Self {
                Self {
                    __group: ::core::clone::Clone::clone(&self.__group),
                    #clones
                    __marker: ::core::marker::PhantomData,
                }
            }
        }
    }
}

/// Only the handle of a `pub` consumer can send. An expression may make a group.
fn handle_type(field: &Field) -> TokenStream {
    let ty = &field.ty;
    match (&field.public, &field.made) {
        (Some(_), _) => {
            quote!(::fluid::__private::ConsumerHandle<::fluid::rule::ConsumedBy<#ty>>)
        }
        (None, Made::Literal(_)) => quote!(::fluid::__private::WorkerHandle),
        (None, Made::Ingress) => quote!(<#ty as ::fluid::__private::HasKey>::Key),
        (None, Made::Expression(_)) => quote!(::fluid::__private::HandleOf<#ty>),
    }
}

fn accessor(field: &Field, header: &Header) -> TokenStream {
    let Field {
        docs,
        cfgs,
        lints,
        name,
        ..
    } = field;
    let vis = &header.vis;
    let ty = handle_type(field);
    let docs = if docs.is_empty() && header.is_public() {
        let doc = format!(" The worker `{name}`.");
        quote!(#[doc = #doc])
    } else {
        quote!(#(#docs)*)
    };
    let must_use = header.is_public().then(|| quote!(#[must_use]));
    if let Made::Ingress = field.made {
        // Each call returns an ingress, which keeps the group open at a stop until it is dropped.
        let ty = &field.ty;
        return quote! {
            #(#cfgs)*
            #(#lints)*
            #docs
            #must_use
            #vis fn #name(&self) -> #ty {
                self.#name.ingress()
            }
        };
    }
    quote! {
        #(#cfgs)*
        #(#lints)*
        #docs
        #must_use
        #vis fn #name(&self) -> &#ty {
            &self.#name
        }
    }
}
