//! The struct made of a function, and how the runtime calls the function.

mod call;
pub(super) mod generics;
mod port;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Type, Visibility};

use crate::function::Role;
use crate::function::check::Worker;
use crate::function::parse::parameter::Parameter;
use crate::function::parse::returns::Many;
use crate::text::{doc_lines, text};
use port::named_ports;

pub(crate) fn worker(worker: &Worker) -> TokenStream {
    let items = [
        struct_(worker),
        port::ports(worker),
        port::every_port_leads_somewhere(worker),
        impl_function(worker),
    ];
    items.into_iter().collect()
}

fn struct_(worker: &Worker) -> TokenStream {
    let Worker {
        function,
        name,
        vis,
        docs,
        cfgs,
        generics,
        phantoms,
        ..
    } = worker;
    // What is private needs no more than its names: what others cannot see is neither documented nor linted.
    let private = matches!(vis, Visibility::Inherited);
    let mut fields: Vec<_> = worker
        .parameters
        .iter()
        .filter_map(|p| field(vis, private, p))
        .collect();
    if !phantoms.is_empty() {
        fields.push(quote! {
            /// The types that stand in no other field: `marker: PhantomData`.
            #vis marker: ::core::marker::PhantomData<fn() -> (#(#phantoms,)*)>
        });
    }
    let made_of = format!(" The worker made of [`{function}`].");
    let docs = if docs.is_empty() {
        (!private).then(|| quote!(#[doc = #made_of]))
    } else {
        Some(quote!(#(#docs)*))
    };
    let printable = (!private).then(|| quote!(#[allow(missing_debug_implementations)]));
    let clause = &generics.where_clause;
    let body = if fields.is_empty() {
        quote!(#clause;)
    } else {
        quote!(#clause { #(#fields,)* })
    };
    let head = quote_spanned!(name.span()=> struct #name);
    quote! {
        #(#cfgs)*
        #docs
        #printable
        #vis #head #generics #body
    }
}

fn field(vis: &Visibility, private: bool, parameter: &Parameter) -> Option<TokenStream> {
    let (what, name, ty) = match parameter {
        Parameter::Resource(name, ty) => (
            "The shared resource",
            name,
            quote!(::fluid::__private::Arc<#ty>),
        ),
        Parameter::State(name, ty) => ("The state", name, quote!(#ty)),
        Parameter::Config(name, ty) => ("The configuration", name, quote!(#ty)),
        Parameter::Message(_) | Parameter::Context | Parameter::Port(..) => return None,
    };
    let doc = (!private).then(|| {
        let doc = format!(" {what} `{name}`.");
        quote!(#[doc = #doc])
    });
    Some(quote! {
        #doc
        #vis #name: #ty
    })
}

/// What the function is as a worker, and how it is called.
fn impl_function(worker: &Worker) -> TokenStream {
    let Worker {
        name,
        cfgs,
        generics,
        ..
    } = worker;
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let items = [
        Some(types(worker)),
        options(worker),
        Some(code(worker)),
        Some(form(worker)),
        Some(call::call(worker)),
    ];
    let items: TokenStream = items.into_iter().flatten().collect();
    // What is wrong with the worker shows at the function, once.
    let header = quote_spanned! {name.span()=>
        impl #impl_generics ::fluid::__private::Function for #name #ty_generics #clause
    };
    quote! {
        #(#cfgs)*
        #header {
            #items
        }
    }
}

/// What it consumes and emits, and which loop makes the calls.
fn types(worker: &Worker) -> TokenStream {
    let emitted = worker.returns.message.as_ref();
    let message = named("Message", worker.message());
    let ports = named_ports(worker).map(|(_, ty)| quote!(::fluid::__private::Output<#ty>,));
    let ports: TokenStream = ports.collect();
    let ports = quote!(type Ports = (#ports););
    let emission = match (worker.returns.many, emitted) {
        (Many::Each, Some(ty)) => {
            quote_spanned!(ty.span()=> type Emission = ::fluid::__private::Vec<#ty>;)
        }
        (_, Some(ty)) => quote_spanned!(ty.span()=> type Emission = ::core::option::Option<#ty>;),
        (_, None) => {
            quote! { type Emission = ::core::option::Option<::fluid::__private::Nothing>; }
        }
    };
    let calls = format_ident!(
        "{}",
        match worker.role {
            Role::Worker => "EachBeat",
            Role::Consumer if worker.batched.is_some() => "EachBatch",
            Role::Consumer => "EachMessage",
        }
    );
    let calls = quote! { type Calls = ::fluid::__private::#calls; };
    let types = [message, ports, emission, calls];
    types.into_iter().collect()
}

/// `type Message = Tick;`: a type that is private, for instance, is a mistake at the type.
fn named(name: &str, ty: Option<&Type>) -> TokenStream {
    let at = ty.map_or_else(Span::call_site, Spanned::span);
    let name = Ident::new(name, at);
    match ty {
        Some(ty) => quote_spanned!(at=> type #name = #ty;),
        None => quote!(type #name = ::fluid::__private::Nothing;),
    }
}

/// How it runs, if its function says so.
fn options(worker: &Worker) -> Option<TokenStream> {
    let stateful = worker.is_stateful().then(|| quote!(.stateful()));
    if worker.settings.is_empty() && stateful.is_none() {
        return None;
    }
    let calls = worker.settings.calls();
    Some(quote! {
        const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new() #calls #stateful;
    })
}

/// What the options that are code say of a message.
fn code(worker: &Worker) -> TokenStream {
    let mut consts = TokenStream::new();
    for (option, name, gives, helper) in [
        ("partition_by", "KEY", "u64", "key"),
        ("batch_weight", "WEIGHT", "usize", "weight"),
    ] {
        let Some(setting) = worker.settings.get(option) else {
            continue;
        };
        let (name, gives) = (format_ident!("{name}"), format_ident!("{gives}"));
        let code = setting.value();
        // What is wrong with the code is wrong there.
        let span = code.span().resolved_at(Span::call_site());
        let helper = format_ident!("{helper}", span = span);
        let message = local("message");
        consts.extend(quote_spanned! {span=>
            const #name: ::core::option::Option<fn(&Self::Message) -> ::core::primitive::#gives> =
                ::core::option::Option::Some(|#message| ::fluid::rule::#helper(#message, #code));
        });
    }
    if let (Some(_), Some(ty)) = (worker.settings.get("retry"), worker.message()) {
        // A message that cannot be cloned is told at its type.
        consts.extend(quote_spanned! {ty.span().resolved_at(Span::call_site())=>
            const COPY: ::core::option::Option<fn(&Self::Message) -> Self::Message> =
                ::core::option::Option::Some(::fluid::rule::copied::<#ty>);
        });
    }
    consts
}

/// What the type says of itself in pictures, and its name where no group gives it one.
fn form(worker: &Worker) -> TokenStream {
    let name = worker.function.unraw().to_string();
    let docs = doc_lines(&worker.docs);
    let ports: Vec<_> = named_ports(worker)
        .map(|(name, ty)| {
            let (name, ty) = (name.unraw().to_string(), text(ty));
            quote!((#name, #ty))
        })
        .collect();
    let docs = (!docs.is_empty()).then(|| quote!(.docs(&[#(#docs),*])));
    let message = worker.message().into_iter().map(text);
    let output = worker.returns.message.iter().map(text);
    let ports = (!ports.is_empty()).then(|| quote!(.ports(&[#(#ports),*])));
    quote! {
        const FORM: ::fluid::__private::Form =
            ::fluid::__private::Form::named(#name) #docs #(.message(#message))* #(.output(#output))* #ports;
    }
}

/// A local of the call, which no name of the user's can meet, not even that of the function.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
