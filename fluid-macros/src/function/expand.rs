//! The struct that is made of a function, and the implementation by which the runtime calls the function.

mod call;
mod generics;
mod port;
mod properties;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Generics, Visibility};

use super::model::{Many, Parameter, Role, Worker};
use crate::hygiene::{ends, local, path};
use crate::option::Place;
use crate::text::{doc_lines, text};

pub(super) fn worker(worker: &Worker) -> TokenStream {
    // A struct cannot stand in the place of a method.
    if worker.sig.receiver().is_some() {
        return TokenStream::new();
    }
    let generics = generics::of_worker(&worker.sig.generics);
    let items = [
        struct_(worker, &generics),
        port::ports(worker, &generics),
        port::every_port_leads_somewhere(worker, &generics),
        properties::properties(worker, &generics),
        impl_function(worker, &generics),
        check_options(worker, &generics),
    ];
    items.into_iter().collect()
}

fn struct_(worker: &Worker, generics: &Generics) -> TokenStream {
    let Worker {
        name,
        vis,
        docs,
        cfgs,
        ..
    } = worker;
    // The lints about documentation and `Debug` are about public items.
    let private = matches!(vis, Visibility::Inherited);
    let mut fields: Vec<_> = worker
        .parameters
        .iter()
        .filter_map(|p| field(worker, private, p))
        .collect();
    let unmentioned = generics::unmentioned(generics, worker);
    if !unmentioned.is_empty() {
        fields.push(quote! {
            /// The types that stand in no other field: `marker: PhantomData`.
            #vis marker: ::core::marker::PhantomData<fn() -> (#(#unmentioned,)*)>
        });
    }
    let made_of = format!(" The worker made of [`{}`].", worker.function());
    let docs = if docs.is_empty() {
        (!private).then(|| quote!(#[doc = #made_of]))
    } else {
        Some(quote!(#(#docs)*))
    };
    let printable = (!private).then(|| quote!(#[allow(missing_debug_implementations)]));
    let clause = &generics.where_clause;
    // A name without upper and lower case is that of the function, too, which is no type.
    let is_caseless = *name == worker.function().unraw();
    let body = if fields.is_empty() && !is_caseless {
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

fn field(worker: &Worker, private: bool, parameter: &Parameter) -> Option<TokenStream> {
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
    let (vis, cfgs) = (&worker.vis, worker.cfgs_of(name));
    Some(quote! {
        #(#cfgs)*
        #doc
        #vis #name: #ty
    })
}

fn impl_function(worker: &Worker, generics: &Generics) -> TokenStream {
    let Worker { name, cfgs, .. } = worker;
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let items = [
        Some(types(worker)),
        options(worker),
        Some(code(worker)),
        build_lane(worker, generics),
        Some(form(worker)),
        Some(call::call(worker, generics)),
    ];
    let items: TokenStream = items.into_iter().flatten().collect();
    // The compiler reports errors about the implementation at the function.
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

/// The types of what a call takes and emits. The compiler reports an error about such a type, for example that it is
/// private, at the user's type.
fn types(worker: &Worker) -> TokenStream {
    let input = input_type(worker);
    let emitted = worker.returns.message.as_ref();
    let at = emitted.map_or_else(Span::call_site, Spanned::span);
    let emission = match (worker.returns.many, emitted) {
        (Many::Each, Some(ty)) => quote_spanned!(at=> ::fluid::__private::Vec<#ty>),
        (_, Some(ty)) => quote_spanned!(at=> ::core::option::Option<#ty>),
        (_, None) => quote!(::fluid::__private::Silent),
    };
    quote_spanned! {at=>
        #input
        type Emission = #emission;
    }
}

/// `type Input = PerMessage<Tick>;`
fn input_type(worker: &Worker) -> TokenStream {
    let message = worker.message();
    let (first, last) = message.map_or((Span::call_site(), Span::call_site()), ends);
    let per = match (worker.role, &worker.batched) {
        (Role::Worker, _) => "PerBeat",
        (Role::Consumer, Some(_)) => "PerBatch",
        (Role::Consumer, None) => "PerMessage",
    };
    let per = Ident::new(per, first);
    let message = match (worker.role, message) {
        (Role::Worker, _) => None,
        (Role::Consumer, Some(message)) => Some(quote!(#message)),
        // The message was not understood.
        (Role::Consumer, None) => Some(quote!(::fluid::__private::Nothing)),
    };
    let ports = worker
        .ports()
        .map(|(_, ty)| quote!(::fluid::__private::Output<#ty>,));
    let ports: TokenStream = ports.collect();
    let ports = (!ports.is_empty()).then(|| quote!((#ports)));
    let arguments: Vec<_> = message.into_iter().chain(ports).collect();
    let (open, close) = if arguments.is_empty() {
        (TokenStream::new(), TokenStream::new())
    } else {
        (quote_spanned!(first=> <), quote_spanned!(last=> >))
    };
    quote_spanned!(first=> type Input = ::fluid::__private::#per #open #(#arguments),* #close;)
}

/// The options of the attribute.
fn options(worker: &Worker) -> Option<TokenStream> {
    let stateful = worker.is_stateful().then(|| quote!(.stateful()));
    if worker.settings.is_empty() && stateful.is_none() {
        return None;
    }
    let calls = worker.settings.calls(Place::Function);
    Some(quote! {
        const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new() #calls #stateful;
    })
}

/// Lets the compiler evaluate options that are constants of the user, also if nothing uses the worker. A named constant is
/// always evaluated, but knows no type parameters.
fn check_options(worker: &Worker, generics: &Generics) -> TokenStream {
    let Worker {
        name,
        cfgs,
        settings,
        ..
    } = worker;
    if settings.expressions().next().is_none() || !generics.params.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #(#cfgs)*
        const _: ::fluid::__private::Options = <#name as ::fluid::__private::Function>::OPTIONS;
    }
}

/// The options whose value is code, each as a constant function of a message.
fn code(worker: &Worker) -> TokenStream {
    let mut consts = TokenStream::new();
    for (option, name, ty, helper) in [
        ("partition_by", "KEY", "Key", "fluid::rule::IsKey::key"),
        ("batch_weight", "WEIGHT", "Weight", "fluid::rule::weight"),
    ] {
        let Some(setting) = worker.settings.get(option) else {
            continue;
        };
        let (name, ty) = (format_ident!("{name}"), format_ident!("{ty}"));
        let code = setting.value();
        // The compiler reports errors about the code at the code.
        let span = code.span().resolved_at(Span::call_site());
        let (message, helper) = (local("message"), path(helper, span));
        consts.extend(quote_spanned! {span=>
            const #name: ::fluid::__private::#ty<Self> =
                ::core::option::Option::Some(|#message| #helper(#message, #code));
        });
    }
    if let (Some(_), Some(ty)) = (worker.settings.get("retry"), worker.message()) {
        // The compiler reports a message that cannot be cloned at its type.
        consts.extend(quote_spanned! {ty.span().resolved_at(Span::call_site())=>
            const COPY: ::fluid::__private::Copying<Self> =
                ::core::option::Option::Some(<::fluid::rule::Rule as ::fluid::rule::CanBeTriedAgain<#ty>>::copied);
        });
    }
    consts
}

/// How to build the worker of another lane from one that was added by value: with the same resources, and a clone of the
/// configuration. State cannot be built again.
fn build_lane(worker: &Worker, generics: &Generics) -> Option<TokenStream> {
    worker.settings.get("concurrency")?;
    if worker.state().is_some() {
        return None;
    }
    let this = local("worker");
    let mut fields: Vec<_> = worker
        .parameters
        .iter()
        .filter_map(|parameter| match parameter {
            Parameter::Resource(name, _) => {
                let cfgs = worker.cfgs_of(name);
                Some(quote!(#(#cfgs)* #name: ::fluid::__private::Arc::clone(&#this.#name)))
            }
            Parameter::Config(name, ty) => {
                let at = ty.span().resolved_at(Span::call_site());
                let clone = quote_spanned!(at=> ::fluid::rule::IsConfiguration::configuration(&#this.#name));
                let cfgs = worker.cfgs_of(name);
                Some(quote!(#(#cfgs)* #name: #clone))
            }
            _ => None,
        })
        .collect();
    if !generics::unmentioned(generics, worker).is_empty() {
        fields.push(quote!(marker: ::core::marker::PhantomData));
    }
    Some(quote! {
        const BUILD_LANE: ::core::option::Option<fn(&Self) -> Self> =
            ::core::option::Option::Some(|#this| Self { #(#fields),* });
    })
}

/// The description of the worker for pictures, and its name outside of `workers!`.
fn form(worker: &Worker) -> TokenStream {
    let name = worker.function().unraw().to_string();
    let docs = doc_lines(&worker.docs);
    let ports: Vec<_> = worker
        .ports()
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
