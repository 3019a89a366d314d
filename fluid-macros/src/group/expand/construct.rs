//! The constructor: it adds the workers, connects them, and registers the callbacks.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::name::{Names, group_name, slot_of, unraw};
use super::{callback, edge, fused, make, resource, rules};
use crate::group::model::{Field, Group, Header, Made, Resource, UserType};
use crate::hygiene::local;
use crate::option::{FieldRule, Setting};
use crate::words::Arrow;

pub(super) fn construct(group: &Group, names: &Names) -> TokenStream {
    let Group {
        header,
        edges,
        callbacks,
        wired,
    } = group;
    let Header {
        cfgs,
        vis,
        resources,
        fields,
        ..
    } = header;
    let Names {
        group: name,
        generics,
        ..
    } = names;
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let parameters = resources.iter().map(|Resource { name, ty, .. }| {
        let at = name.span().resolved_at(Span::call_site());
        // The compiler takes a bound to span from its first token to its last.
        let (first, last) = (quote_spanned!(at=> ::), quote_spanned!(at=> >));
        quote!(#name: impl #first core::convert::Into<::fluid::__private::Arc<#ty> #last)
    });
    // The compiler reports errors about a call of it at the group's head and at its resources.
    let at = header.keyword.resolved_at(Span::call_site());
    let signature = quote_spanned!(at=> fn new(#(#parameters),*) -> Self);
    let shares = resources.iter().map(resource::share);
    if !header.whole {
        return no_constructor(group, names);
    }
    let new_group = new_group(header, names);
    // Lists are collected into one stream, since each stream that is written into another is a call into the compiler.
    let slots: TokenStream = fields.iter().map(|field| slot(field, resources)).collect();
    let makes = fields.iter().map(|field| make::make(field, resources));
    let makes: TokenStream = makes.collect();
    let generic = !generics.params.is_empty();
    let wiring = fields
        .iter()
        .enumerate()
        .filter(|_| *wired)
        .map(|(place, field)| rules::wiring(place, field, edges, fields));
    let wiring: TokenStream = wiring.collect();
    let options = fields.iter().map(|field| rules::options(field, generic));
    let options: TokenStream = options.collect();
    let public = fields
        .iter()
        .filter_map(|field| rules::public(field, generic));
    let retries = fields.iter().filter_map(retries);
    let fused = fused::draw(group, generic);
    let edges = edges
        .iter()
        .enumerate()
        .filter(|(_, edge)| edge.arrow != Arrow::Fused)
        .map(|(at, edge)| edge::draw(edge, &edges[..at], header));
    let edges: TokenStream = edges.collect();
    let handle = handle(header, names);
    let callbacks = callbacks
        .iter()
        .map(|callback| callback::register(callback, resources));
    let doc =
        " Makes the group. It does nothing until it is started; messages may be sent already.";
    let workers = local("__workers");
    let the_handle = local("__handle");
    quote! {
        #(#cfgs)*
        impl #impl_generics #name #ty_generics #clause {
            #[doc = #doc]
            #[allow(
                clippy::too_many_arguments,
                clippy::new_without_default,
                unused_imports,
                unused_mut
            )]
            #vis #signature {
                use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _};
                #(#shares)*
                #new_group
                #slots
                #edges
                #fused
                #wiring
                #options
                #(#public)*
                #(#retries)*
                #handle
                #(#callbacks)*
                Self { workers: #workers, handle: #the_handle }
            }

            #makes
        }
    }
}

/// The constructor of a group that was not understood. Code may call it; the crate does not compile.
fn no_constructor(group: &Group, names: &Names) -> TokenStream {
    let Header {
        cfgs,
        vis,
        resources,
        ..
    } = &group.header;
    let (impl_generics, ty_generics, clause) = names.generics.split_for_impl();
    let name = &names.group;
    let parameters = resources.iter().map(|Resource { ty, .. }| match ty {
        UserType(None) => quote!(_: impl ::core::marker::Sized),
        ty => quote!(_: impl ::core::convert::Into<::fluid::__private::Arc<#ty>>),
    });
    quote! {
        #(#cfgs)*
        impl #impl_generics #name #ty_generics #clause {
            #vis fn new(#(#parameters),*) -> Self {
                ::fluid::rule::not_understood()
            }
        }
    }
}

fn new_group(header: &Header, names: &Names) -> TokenStream {
    let workers = local("__workers");
    let text = group_name(header, names);
    let calls = header.settings.calls_without("name");
    quote!(let mut #workers = ::fluid::__private::Workers::new(#text) #calls;)
}

/// `let store = workers.add_as::<Store>("store", Self::__make_store);`, or, with options, `add_with`.
fn slot(field: &Field, resources: &[Resource]) -> TokenStream {
    let Field {
        cfgs,
        name,
        ty,
        settings,
        ..
    } = field;
    let (workers, slot) = (local("__workers"), slot_of(name, name.span()));
    let text = unraw(name);
    let made = make::made(field, resources);
    if settings.is_empty() {
        return quote! {
            #(#cfgs)*
            let #slot = #workers.add_as::<#ty>(#text, #made);
        };
    }
    let options = settings.calls();
    quote! {
        #(#cfgs)*
        let #slot = #workers.add_with::<#ty>(
            #text,
            <#ty as ::fluid::__private::Member>::OPTIONS #options,
            #made,
        );
    }
}

/// The rule and the means for `retry` on a field: the messages of the worker are cloned.
fn retries(field: &Field) -> Option<TokenStream> {
    let keeps_copies = |setting: &&Setting| setting.row.on_field.contains(&FieldRule::KeepsCopies);
    let retry = field.settings.iter().find(keeps_copies)?;
    let Field { cfgs, name, .. } = field;
    let (workers, slot) = (local("__workers"), slot_of(name, name.span()));
    let at = retry.span.resolved_at(Span::call_site());
    Some(quote_spanned!(at=> #(#cfgs)* #workers.keep_copies(&#slot);))
}

fn handle(header: &Header, names: &Names) -> TokenStream {
    let handle = &names.handle;
    let (workers, the_handle) = (local("__workers"), local("__handle"));
    let handles = header.fields.iter().map(|field| {
        let Field { cfgs, name, ty, .. } = field;
        let slot = slot_of(name, name.span());
        match (&field.public, &field.made) {
            (Some(_), _) => quote!(#(#cfgs)* #name: #slot.handle(),),
            (None, Made::Literal(_)) => quote!(#(#cfgs)* #name: #slot.worker_handle(),),
            (None, Made::Expression(_)) => {
                quote!(#(#cfgs)* #name: <#ty as ::fluid::__private::Member>::handle(&#slot),)
            }
        }
    });
    let handles: TokenStream = handles.collect();
    let generic = names.generics.type_params().next().is_some();
    let marker = generic.then(|| quote!(__marker: ::core::marker::PhantomData,));
    quote! {
        let #the_handle = #handle { __group: #workers.handle(), #handles #marker };
    }
}
