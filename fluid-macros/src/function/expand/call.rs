//! How the runtime calls the user's function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Index, Type};

use super::local;
use crate::function::Role;
use crate::function::check::Worker;
use crate::function::parse::parameter::Parameter;
use crate::function::parse::returns::Many;

/// The function that makes a call.
pub(super) fn call(worker: &Worker) -> TokenStream {
    // What is wrong with the function's future shows at the function.
    let (at, this) = (worker.name.span(), Ident::new("self", Span::call_site()));
    let uses = |wanted: fn(&Parameter) -> bool| worker.parameters.iter().any(wanted);
    let used_or_not = |used: bool, name: &str| local(if used { name } else { "_" });
    let ctx = used_or_not(
        judges(worker) || uses(|p| matches!(p, Parameter::Context)),
        "ctx",
    );
    let ports = used_or_not(uses(|p| matches!(p, Parameter::Port(..))), "ports");
    let input = input(worker);
    let parameters = quote! {
        &mut #this,
        #input,
        #ctx: &::fluid::__private::Context,
        #ports: &Self::Ports,
    };
    let rules = rules(worker);
    let call = of_the_function(worker);
    match as_it_is(worker, &call) {
        Some(future) => quote_spanned! {at=>
            fn call(#parameters) -> impl ::fluid::__private::Call<Self> {
                #rules
                #future
            }
        },
        None => {
            let body = returned(worker, &call);
            quote_spanned! {at=>
                async fn call(#parameters) -> ::fluid::__private::Called<Self> {
                    #rules
                    #body
                }
            }
        }
    }
}

/// What a call is given.
fn input(worker: &Worker) -> TokenStream {
    match (worker.role, worker.taken()) {
        (Role::Worker, _) => quote!((): ()),
        (Role::Consumer, Some(ty)) => {
            let message = local("message");
            quote!(#message: #ty)
        }
        (Role::Consumer, None) => quote!(_: ::fluid::__private::Nothing),
    }
}

/// Whether `retry_if` is asked about each failure.
fn judges(worker: &Worker) -> bool {
    worker.returns.fallible && worker.settings.get("retry_if").is_some()
}

/// What the types of a message and of an output must be.
fn rules(worker: &Worker) -> TokenStream {
    let message = worker.message().map(|ty| {
        let message = Ident::new("message", ty.span().resolved_at(Span::mixed_site()));
        quote_spanned!(at(ty)=> ::fluid::rule::message(&#message);)
    });
    [message, no_hidden_result(worker)]
        .into_iter()
        .flatten()
        .collect()
}

/// A `Result` behind an alias reads like a message, and its errors would be sent instead of answered.
/// Its type is known to the compiler alone, and only where no type parameters are in play.
fn no_hidden_result(worker: &Worker) -> Option<TokenStream> {
    let Type::Path(path) = worker.returns.message.as_ref()? else {
        return None;
    };
    let last = &path.path.segments.last()?.ident;
    let primitive = last
        .to_string()
        .starts_with(|c: char| c.is_ascii_lowercase());
    if !worker.generics.params.is_empty() || primitive || last == "String" {
        return None;
    }
    Some(quote_spanned!(worker.returns_at=> ::fluid::rule::emitted::<#path>().is_no_result();))
}

/// The future of the user's function, of which fluid makes what it takes, if it can: each `async` function of the
/// expansion is work for the compiler.
fn as_it_is(worker: &Worker, call: &TokenStream) -> Option<TokenStream> {
    if worker.broken || !worker.is_async || judges(worker) {
        return None;
    }
    let what = match worker.returns.many {
        Many::Never => return None,
        Many::None => "none",
        Many::One => "one",
        Many::Maybe | Many::Each => "each",
    };
    if !worker.returns.fallible {
        let emits = format_ident!("emits_{what}");
        return Some(quote!(::fluid::__private::#emits(#call)));
    }
    // An error that fluid cannot carry shows at the return type.
    let carried = quote_spanned!(worker.returns_at=> ::fluid::rule::carried);
    let tries = format_ident!("tries_{what}");
    Some(quote!(::fluid::__private::#tries(#call, #carried)))
}

/// Where what is wrong with what a parameter takes is wrong: at its type.
fn at(ty: &Type) -> Span {
    ty.span().resolved_at(Span::call_site())
}

/// The call of the user's function: `store(message, &self.db)`.
fn of_the_function(worker: &Worker) -> TokenStream {
    let function = &worker.function;
    let [message, ctx, ports] = ["message", "ctx", "ports"].map(local);
    let mut port = 0;
    let arguments = worker.parameters.iter().map(|parameter| match parameter {
        Parameter::Message(_) => quote!(#message),
        Parameter::Context => quote!(#ctx),
        Parameter::Port(..) => {
            let index = Index::from(port);
            port += 1;
            quote!(&#ports.#index)
        }
        Parameter::Resource(name, ty) => {
            quote_spanned!(at(ty)=> ::fluid::rule::resource(&self.#name))
        }
        Parameter::State(name, ty) => {
            quote_spanned!(at(ty)=> ::fluid::rule::state(&mut self.#name))
        }
        Parameter::Config(name, ty) => {
            quote_spanned!(at(ty)=> ::fluid::rule::configuration(&self.#name))
        }
    });
    let types: Vec<_> = worker
        .generics
        .type_params()
        .map(|param| &param.ident)
        .collect();
    let consts: Vec<_> = worker
        .generics
        .const_params()
        .map(|param| &param.ident)
        .collect();
    let generics = if types.is_empty() && consts.is_empty() {
        quote!()
    } else {
        quote!(::<#(#types,)* #(#consts),*>)
    };
    quote_spanned!(function.span()=> #function #generics (#(#arguments),*))
}

/// What the call returned, as the runtime takes it.
fn returned(worker: &Worker, call: &TokenStream) -> TokenStream {
    let awaited = worker
        .is_async
        .then(|| quote_spanned!(worker.function.span()=> .await));
    let call = quote!(#call #awaited);
    let ok = quote!(::core::result::Result::Ok);
    let (some, none) = (
        quote!(::core::option::Option::Some),
        quote!(::core::option::Option::None),
    );
    if worker.broken {
        // Its parameters were not understood, so it cannot be called. It never runs either.
        return quote!(#ok(::core::default::Default::default()));
    }
    if !worker.returns.fallible {
        return match worker.returns.many {
            Many::Never => quote!(#call),
            Many::None => quote!(#call; #ok(#none)),
            Many::One => quote!(#ok(#some(#call))),
            Many::Maybe | Many::Each => quote!(#ok(#call)),
        };
    }
    let (pattern, emission) = match worker.returns.many {
        Many::Never => (quote!(never), quote!(never)),
        Many::None => (quote!(()), quote!(#ok(#none))),
        Many::One => (quote!(output), quote!(#ok(#some(output)))),
        Many::Maybe | Many::Each => (quote!(output), quote!(#ok(output))),
    };
    // An error that fluid cannot carry shows at the return type.
    let carried = quote_spanned! {worker.returns_at=>
        ::core::result::Result::Err(::fluid::rule::carried(error))
    };
    let failure = match worker.settings.get("retry_if") {
        None => carried,
        Some(retry_if) => {
            let (ctx, judge) = (local("ctx"), retry_if.value());
            quote_spanned! {retry_if.span=> {
                #ctx.retry_if(::fluid::rule::judged(&error, #judge));
                #carried
            }}
        }
    };
    quote! {
        match #call {
            #ok(#pattern) => #emission,
            ::core::result::Result::Err(error) => #failure,
        }
    }
}
