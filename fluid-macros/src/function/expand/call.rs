//! The method by which the runtime calls the user's function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Index, Type};

use crate::function::model::{Many, Parameter, Role, Worker};
use crate::hygiene::local;

/// The method `call`.
pub(super) fn call(worker: &Worker, generics: &Generics) -> TokenStream {
    // The compiler reports errors about the function's future at the function.
    let (at, this) = (worker.name.span(), Ident::new("self", Span::call_site()));
    let uses = |wanted: fn(&Parameter) -> bool| worker.parameters.iter().any(wanted);
    let used_or_not = |used: bool, name: &str| local(if used { name } else { "_" });
    let ctx = used_or_not(
        judges(worker) || uses(|p| matches!(p, Parameter::Context)),
        "ctx",
    );
    let has_ports = uses(|p| matches!(p, Parameter::Port(..)));
    let ports = used_or_not(has_ports, "ports");
    let ports_type = if has_ports {
        quote!(::fluid::__private::PortsOf<Self>)
    } else {
        quote!(())
    };
    let input = input(worker);
    let parameters = quote! {
        &mut #this,
        #input,
        #ctx: &::fluid::__private::Context,
        #ports: &#ports_type,
    };
    let rules = rules(worker, generics);
    let call = of_function(worker, generics);
    match adapted(worker, &call) {
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

/// The parameter for what a call takes.
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

/// The rules about the types of a message and of an output.
fn rules(worker: &Worker, generics: &Generics) -> TokenStream {
    let message = worker.message().map(|ty| {
        let message = Ident::new("message", ty.span().resolved_at(Span::mixed_site()));
        quote_spanned!(at(ty)=> ::fluid::rule::IsMessage::message(&#message);)
    });
    let rules = [message, no_hidden_result(worker, generics)];
    rules.into_iter().flatten().collect()
}

/// The rule that the output is no `Result` behind an alias, whose errors would be sent as messages. Only the
/// compiler knows the type, and only if it has no type parameters.
fn no_hidden_result(worker: &Worker, generics: &Generics) -> Option<TokenStream> {
    let Type::Path(path) = worker.returns.message.as_ref()? else {
        return None;
    };
    let last = &path.path.segments.last()?.ident;
    let primitive = last
        .to_string()
        .starts_with(|c: char| c.is_ascii_lowercase());
    if !generics.params.is_empty() || primitive || last == "String" {
        return None;
    }
    Some(quote_spanned!(worker.returns_span()=> ::fluid::rule::emitted::<#path>().is_no_result();))
}

/// The future of the user's function, adapted by a function of the runtime, if one fits. Otherwise `call` is an
/// `async` function, each of which costs time to compile.
fn adapted(worker: &Worker, call: &TokenStream) -> Option<TokenStream> {
    if worker.broken || !worker.is_async() || judges(worker) {
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
    // The compiler reports an error type that fluid cannot carry at the return type.
    let carried = quote_spanned!(worker.returns_span()=> <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried);
    let tries = format_ident!("tries_{what}");
    Some(quote!(::fluid::__private::#tries(#call, #carried)))
}

/// The span of errors about the argument of a parameter: its type.
fn at(ty: &Type) -> Span {
    ty.span().resolved_at(Span::call_site())
}

/// The call of the user's function: `store(message, &self.db)`.
fn of_function(worker: &Worker, generics: &Generics) -> TokenStream {
    let function = worker.function();
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
            let cfgs = worker.cfgs_of(name);
            quote_spanned!(at(ty)=> #(#cfgs)* ::fluid::rule::IsResource::resource(&self.#name))
        }
        Parameter::State(name, ty) => {
            let cfgs = worker.cfgs_of(name);
            quote_spanned!(at(ty)=> #(#cfgs)* ::fluid::rule::IsState::state(&mut self.#name))
        }
        Parameter::Config(name, ty) => {
            let cfgs = worker.cfgs_of(name);
            quote_spanned!(at(ty)=> #(#cfgs)* ::fluid::rule::IsConfiguration::configuration(&self.#name))
        }
    });
    let types: Vec<_> = generics.type_params().map(|param| &param.ident).collect();
    let consts: Vec<_> = generics.const_params().map(|param| &param.ident).collect();
    let generics = if types.is_empty() && consts.is_empty() {
        quote!()
    } else {
        quote!(::<#(#types,)* #(#consts),*>)
    };
    quote_spanned!(function.span()=> #function #generics (#(#arguments),*))
}

/// The body of an `async fn call`: the result of the call as an emission or an error.
fn returned(worker: &Worker, call: &TokenStream) -> TokenStream {
    let awaited = worker
        .is_async()
        .then(|| quote_spanned!(worker.function().span()=> .await));
    let call = quote!(#call #awaited);
    let ok = quote!(::core::result::Result::Ok);
    let (some, none) = (
        quote!(::core::option::Option::Some),
        quote!(::core::option::Option::None),
    );
    if worker.broken {
        // The function cannot be called, since its parameters were not understood. The crate does not compile.
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
    // The compiler reports an error type that fluid cannot carry at the return type.
    let carried = quote_spanned! {worker.returns_span()=>
        ::core::result::Result::Err(<::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried(error))
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
