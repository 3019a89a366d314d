//! The constructor: it adds the workers, connects them, and registers the callbacks.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Expr;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::name::{Names, group_name, key_of, member_of, rule, slot_of, unraw};
use super::{callback, edge, fused, make, resource, rules};
use crate::group::model::{Callback, Field, Group, Header, Made, Resource, UserType, Wait, When};
use crate::hygiene::{local, path};
use crate::option::{FieldRule, Place, Setting};
use crate::words::Arrow;

pub(super) fn new(group: &Group, names: &Names) -> TokenStream {
    let Header {
        vis,
        resources,
        fields,
        ..
    } = &group.header;
    // The compiler reports errors about a call of the constructor at the group's head and at its resources.
    let at = group.header.keyword.resolved_at(Span::call_site());
    let doc =
        " Makes the group. It does nothing until it is started; messages may be sent already.";
    if !group.header.whole {
        let parameters = resources.iter().map(unknown_parameter);
        return quote! {
            #[doc = #doc]
            #vis fn new(#(#parameters),*) -> Self {
                ::fluid::rule::not_understood()
            }
        };
    }
    let parameters = resources.iter().map(parameter);
    let signature = quote_spanned!(at=> fn new(#(#parameters),*) -> Self);
    let lints = lints(group);
    let shares = resources.iter().map(resource::share);
    let new_group = new_group(&group.header, names);
    // Lists are collected into one stream, since each stream that is written into another is a call into the compiler.
    let shared = group.header.shared();
    let slots = fields.iter();
    let slots: TokenStream = slots.map(|field| slot(field, &shared, resources)).collect();
    let keys: TokenStream = fields.iter().filter_map(ingress_key).collect();
    let edges = edges(group);
    let handle = handle(&group.header, names);
    let callbacks = group.callbacks.iter();
    let callbacks: TokenStream = callbacks
        .map(|callback| callback::register(callback, resources))
        .collect();
    let (workers, the_handle) = (local("__workers"), local("__handle"));
    let panics = panics(group);
    quote! {
        #[doc = #doc]
        #panics
        #[allow(#lints)]
        #vis #signature {
            use ::fluid::__private::MemberSlot as _;
            use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _, HasProperties as _};
            #(#shares)*
            #new_group
            #keys
            #slots
            #edges
            #handle
            #callbacks
            Self(::fluid::__private::Declared::new(#workers, #the_handle))
        }
    }
}

/// The documentation of panics, if an option has a value that is known only at run time.
fn panics(group: &Group) -> Option<TokenStream> {
    let Header {
        settings, fields, ..
    } = &group.header;
    let in_callback = |callback: &Callback| match &callback.when {
        When::Timer { wait, settings } => {
            matches!(wait, Wait::Expression(_)) || settings.expressions().next().is_some()
        }
        When::Signal { settings, .. } | When::Cron { settings, .. } => {
            settings.expressions().next().is_some()
        }
        When::Hook { .. } => false,
    };
    let mut others = fields.iter().map(|field| &field.settings).chain([settings]);
    let is_checked = others.any(|settings| settings.expressions().next().is_some())
        || group.callbacks.iter().any(in_callback);
    let lines = [
        "",
        " # Panics",
        "",
        " If the value of an option is wrong, such as a `capacity` of 0.",
    ];
    is_checked.then(|| quote!(#(#[doc = #lines])*))
}

fn parameter(resource: &Resource) -> TokenStream {
    let Resource { name, ty, .. } = resource;
    if resource.is_moved() {
        return quote!(#name: #ty);
    }
    let at = name.span().resolved_at(Span::call_site());
    // The compiler takes a bound to span from its first token to its last.
    let (first, last) = (quote_spanned!(at=> ::), quote_spanned!(at=> >));
    quote!(#name: impl #first core::convert::Into<::fluid::__private::Arc<#ty> #last)
}

/// A parameter of the constructor of a group that was not understood.
fn unknown_parameter(resource: &Resource) -> TokenStream {
    match &resource.ty {
        UserType(None) => quote!(_: impl ::core::marker::Sized),
        ty if resource.is_moved() => quote!(_: #ty),
        ty => quote!(_: impl ::core::convert::Into<::fluid::__private::Arc<#ty>>),
    }
}

/// The lints that the constructor may not satisfy.
fn lints(group: &Group) -> TokenStream {
    let resources = &group.header.resources;
    let mut lints = quote!(unused_imports, unused_mut);
    if resources.is_empty() && group.header.is_public() {
        lints.extend(quote!(, clippy::new_without_default));
    }
    // More than this is too many by default.
    if resources.len() > 7 {
        lints.extend(quote!(, clippy::too_many_arguments));
    }
    lints
}

/// The edges, and the rules about them and about the options on fields.
fn edges(group: &Group) -> TokenStream {
    let Group {
        header,
        edges,
        wired,
        ..
    } = group;
    let fields = &header.fields;
    let generic = !header.generics.params.is_empty();
    let queued = edges.iter().enumerate();
    let queued = queued.filter(|(_, edge)| edge.arrow != Arrow::Fused);
    let queued: TokenStream = queued
        .map(|(at, edge)| edge::draw(edge, &edges[..at], header))
        .collect();
    let fused = fused::draw(group);
    let wiring = fields.iter().enumerate().filter(|_| *wired);
    let wiring: TokenStream = wiring
        .map(|(place, field)| rules::wiring(place, field, edges, fields))
        .collect();
    let options = fields.iter().map(rules::options);
    let options: TokenStream = options.collect();
    let moved = fields.iter();
    let moved = moved.filter_map(|field| rules::moved(field, header.moved(), generic));
    let moved: TokenStream = moved.collect();
    let public = fields.iter();
    let public = public.filter_map(rules::public);
    let retries = fields.iter().filter_map(|field| retries(field, header));
    quote! {
        #queued
        #fused
        #wiring
        #options
        #moved
        #(#public)*
        #(#retries)*
    }
}

fn new_group(header: &Header, names: &Names) -> TokenStream {
    let workers = local("__workers");
    let text = group_name(header, names);
    let owner = format!("group `{}`", names.text);
    let in_scope = |expr: &Expr| resource::with_clones(expr, &header.resources);
    let place = Place::Constructor {
        owner: &owner,
        in_scope: &in_scope,
    };
    let calls = header.settings.calls_without("name", place);
    quote!(let mut #workers = ::fluid::__private::Workers::new(#text) #calls;)
}

/// `let store = <Store as IsWorker<_>>::MEMBER.add_from(&mut workers, "store", &db, Self::__make_store);`
///
/// `shared` is what the code that makes the worker may use, and `resources` what its options may use.
fn slot(field: &Field, shared: &[Resource], resources: &[Resource]) -> TokenStream {
    let Field {
        cfgs,
        lints,
        name,
        settings,
        ..
    } = field;
    let (workers, slot) = (local("__workers"), slot_of(name, name.span()));
    let (text, member) = (unraw(name), member_of(field));
    let options = (!settings.is_empty()).then(|| {
        let owner = format!("worker `{}`", name.unraw());
        let in_scope = |expr: &Expr| resource::with_clones(expr, resources);
        let options = settings.calls(Place::Constructor {
            owner: &owner,
            in_scope: &in_scope,
        });
        quote!(#member.options() #options,)
    });
    if let Made::Ingress = field.made {
        let key = key_of(name);
        let options = options.unwrap_or_else(|| quote!(#member.options(),));
        return quote! {
            #(#cfgs)*
            let #slot = #workers.add_ingress_as(#text, #options &#key);
        };
    }
    let (resources, make) = (make::resources(field, shared), make::path(field));
    let moved = make::moved(field, shared);
    let add = match (moved.is_some(), field.is_async()) {
        (true, true) => Some("add_async_moved"),
        (true, false) => Some("add_moved"),
        (false, true) => Some("add_async_from"),
        (false, false) => None,
    };
    if let Some(add) = add {
        let ty = &field.ty;
        let at = ty.span().resolved_at(Span::call_site());
        let add = Ident::new(add, at);
        let options = options.unwrap_or_else(|| quote!(#member.options(),));
        let resources = resources.unwrap_or_else(|| quote!(()));
        let moved = moved.map(|moved| quote!(#moved,));
        let arguments = quote!(#text, #options #resources, #moved #make);
        let call = match field.is_async() {
            // The compiler adds no note about the bound of a trait's method.
            true => quote_spanned! {at=>
                <<#ty as ::fluid::__private::Member>::Slot as ::fluid::rule::IsBuiltAtTheStart>::#add(&mut #workers, #arguments)
            },
            false => quote!(#member.#add(&mut #workers, #arguments)),
        };
        return quote! {
            #(#cfgs)*
            #(#lints)*
            let #slot = #call;
        };
    }
    let add = match (&resources, &options) {
        (None, None) => "add_made",
        (None, Some(_)) => "add_with",
        (Some(_), None) => "add_from",
        (Some(_), Some(_)) => "add_from_with",
    };
    let add = format_ident!("{add}");
    let resources = resources.map(|resources| quote!(#resources,));
    quote! {
        #(#cfgs)*
        #(#lints)*
        let #slot = #member.#add(&mut #workers, #text, #options #resources #make);
    }
}

/// `let __orders_key = HasKey::key("orders");`, before all slots: other workers share the ingress.
fn ingress_key(field: &Field) -> Option<TokenStream> {
    let Field { cfgs, name, ty, .. } = field;
    let (key, text) = (key_of(name), unraw(name));
    matches!(field.made, Made::Ingress).then(|| {
        quote! {
            #(#cfgs)*
            let #key = <#ty as ::fluid::__private::HasKey>::key(#text);
        }
    })
}

/// The rule and the means for `retry` on a field: the messages of the worker are cloned.
fn retries(field: &Field, header: &Header) -> Option<TokenStream> {
    let keeps_copies = |setting: &&Setting| setting.row.on_field.contains(&FieldRule::KeepsCopies);
    let retry = field.settings.iter().find(keeps_copies)?;
    let Field { cfgs, name, .. } = field;
    let slot = slot_of(name, name.span());
    let at = retry.span.resolved_at(Span::call_site());
    let (copied, rule) = (path("fluid::rule::CanBeTriedAgain", at), rule(header, at));
    Some(quote_spanned!(at=> #(#cfgs)* #copied::keep_copies(#rule, &#slot);))
}

fn handle(header: &Header, names: &Names) -> TokenStream {
    let handle = &names.handle;
    let (workers, the_handle) = (local("__workers"), local("__handle"));
    let handles = header.fields.iter().map(|field| {
        let Field { cfgs, name, .. } = field;
        let slot = slot_of(name, name.span());
        match (&field.public, &field.made) {
            (Some(_), _) => quote!(#(#cfgs)* #name: #slot.public_handle(),),
            (None, Made::Literal(_)) => quote!(#(#cfgs)* #name: #slot.worker_handle(),),
            (None, Made::Ingress) => {
                let key = key_of(name);
                quote!(#(#cfgs)* #name: #key,)
            }
            (None, Made::Expression(_)) => {
                quote!(#(#cfgs)* #name: #slot.member_handle(),)
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
