//! The group's struct and its handle.

mod callback;
mod cfg;
mod construct;
mod edge;
mod fused;
mod graph;
mod make;
mod name;
mod picture;
mod resource;
mod rules;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Visibility;

use crate::group::model::{Field, Group, Header, Made, UserType};
use name::Names;

pub(super) fn group(group: &Group) -> TokenStream {
    let header = &group.header;
    let names = Names::of(header);
    let struct_ = struct_(header, &names, &picture::picture(group));
    let construct = construct::construct(group, &names);
    let graph = graph::graph(group, &names);
    let life = life(header, &names);
    let handle = handle(header, &names);
    let member = member(header, &names);
    quote! {
        #struct_
        #construct
        #graph
        #life
        #handle
        #member
    }
}

fn struct_(header: &Header, names: &Names, picture: &TokenStream) -> TokenStream {
    let Header {
        docs, cfgs, vis, ..
    } = header;
    let Names {
        group,
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
    quote! {
        #(#cfgs)*
        #docs
        #picture
        #[must_use = "a group does nothing until it is started"]
        #[allow(missing_debug_implementations)]
        #vis struct #group #generics #clause {
            workers: ::fluid::__private::Workers,
            handle: #handle #ty_generics,
        }

        #(#cfgs)*
        impl #impl_generics ::core::ops::Deref for #group #ty_generics #clause {
            type Target = #handle #ty_generics;

            fn deref(&self) -> &Self::Target {
                &self.handle
            }
        }
    }
}

/// The ways to start the group. The compiler and editors show them at its head.
fn life(header: &Header, names: &Names) -> TokenStream {
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
    quote_spanned! {at=>
        #(#cfgs)*
        #[allow(dead_code)]
        impl #impl_generics #group #ty_generics #clause {
            /// Starts the group. See [`Workers::startup`](::fluid::Workers::startup).
            ///
            /// # Errors
            ///
            /// The exit, if the group did not start.
            #vis async fn startup(self) -> ::core::result::Result<#handle #ty_generics, #exit> {
                self.workers.startup().await?;
                ::core::result::Result::Ok(self.handle)
            }

            /// Starts the group, runs `block`, and shuts the group down, whatever the block did. See
            /// [`Workers::scope`](::fluid::Workers::scope).
            ///
            /// # Errors
            ///
            /// The exit, if the group did not start.
            #vis async fn scope<BlockOutput, BlockFuture>(
                self,
                block: impl ::core::ops::FnOnce(#handle #ty_generics) -> BlockFuture,
            ) -> ::core::result::Result<(BlockOutput, #exit), #exit>
            where
                BlockFuture: ::core::future::Future<Output = BlockOutput>,
            {
                self.workers.scope(|_| block(self.handle)).await
            }

            /// Runs the group until it ends or a signal stops it. See
            /// [`Workers::run`](::fluid::Workers::run).
            #vis async fn run(self) -> #exit {
                self.workers.run().await
            }

            /// Builds a runtime and runs the group on it. See
            /// [`Workers::main`](::fluid::Workers::main).
            #vis fn main(self) -> #exit {
                self.workers.main()
            }
        }
    }
}

/// The handle: an accessor for each worker, and all that the handle of any group can do.
fn handle(header: &Header, names: &Names) -> TokenStream {
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
    let accessors = header.fields.iter().map(|field| accessor(field, vis));
    let accessors: TokenStream = accessors.collect();
    let types: Vec<_> = generics.type_params().map(|param| &param.ident).collect();
    let marker = (!types.is_empty())
        .then(|| quote!(__marker: ::core::marker::PhantomData<fn() -> (#(#types,)*)>,));
    // A derive would want the parameters to be `Clone`, too.
    let derive = types
        .is_empty()
        .then(|| quote!(#[derive(::core::clone::Clone)]));
    let clone = (!types.is_empty()).then(|| clone(header, names));
    let doc = format!(" The handle of [`{group}`]: one accessor for each worker.");
    quote! {
        #(#cfgs)*
        #[doc = #doc]
        #derive
        #[allow(missing_debug_implementations, dead_code)]
        #vis struct #handle #generics #clause {
            __group: ::fluid::__private::GroupHandle,
            #fields
            #marker
        }

        #(#cfgs)*
        #[allow(dead_code, private_interfaces)]
        impl #impl_generics #handle #ty_generics #clause {
            #accessors
        }

        #clone

        #(#cfgs)*
        impl #impl_generics ::core::ops::Deref for #handle #ty_generics #clause {
            type Target = ::fluid::__private::GroupHandle;

            fn deref(&self) -> &Self::Target {
                &self.__group
            }
        }
    }
}

/// The handle of a generic group can be cloned, whatever its parameters are.
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

/// A public consumer's handle can send; any other one cannot. What is made by an expression may be a group.
pub(super) fn handle_type(field: &Field) -> TokenStream {
    let ty = &field.ty;
    match (&field.public, &field.made) {
        (Some(token), _) => quote_spanned! {token.span=>
            ::fluid::__private::ConsumerHandle<<#ty as ::fluid::__private::Worker>::Message>
        },
        (None, Made::Literal(_)) => quote!(::fluid::__private::WorkerHandle),
        (None, Made::Expression(_)) => quote!(<#ty as ::fluid::__private::Member>::Handle),
    }
}

fn accessor(field: &Field, vis: &Visibility) -> TokenStream {
    let Field {
        docs, cfgs, name, ..
    } = field;
    let ty = handle_type(field);
    // What is private is neither documented nor linted.
    let private = matches!(vis, Visibility::Inherited);
    let docs = if docs.is_empty() && !private {
        let doc = format!(" The worker `{name}`.");
        quote!(#[doc = #doc])
    } else {
        quote!(#(#docs)*)
    };
    let must_use = (!private).then(|| quote!(#[must_use]));
    quote! {
        #(#cfgs)*
        #docs
        #must_use
        #vis fn #name(&self) -> &#ty {
            &self.#name
        }
    }
}

/// The group as a member of another.
fn member(header: &Header, names: &Names) -> TokenStream {
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
            const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new();
            const FORM: ::fluid::__private::Form = ::fluid::__private::Form {
                docs: Self::GRAPH.docs,
                group: ::core::option::Option::Some(&Self::GRAPH),
                ..::fluid::__private::Form::UNKNOWN
            };

            fn sit(
                workers: &mut ::fluid::__private::Workers,
                name: &::core::primitive::str,
                options: ::fluid::__private::Options,
                mut build: impl ::core::ops::FnMut() -> Self + ::core::marker::Send + 'static,
            ) -> Self::Slot {
                let group = build();
                workers.add_group(name, options, group.workers);
                group.handle
            }

            fn handle(seat: &Self::Slot) -> Self::Handle {
                ::core::clone::Clone::clone(seat)
            }
        }
    }
}

impl ToTokens for UserType {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.0 {
            Some(ty) => ty.to_tokens(tokens),
            // The compiler accepts everything of this type, so that no second error follows.
            None => tokens.extend(quote!(::fluid::rule::NotUnderstood)),
        }
    }
}
