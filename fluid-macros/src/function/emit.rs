//! The struct made of a function, and how the runtime calls the function.

mod port;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Index, Type, Visibility};

use crate::function::Role;
use crate::function::check::Worker;
use crate::function::parameter::Parameter;
use crate::function::returns::Many;
use crate::text::{doc_lines, text};
use port::named_ports;

pub(crate) fn worker(worker: &Worker) -> TokenStream {
    let struct_ = struct_(worker);
    let ports = port::ports(worker);
    let every_port = port::every_port_leads_somewhere(worker);
    let impl_function = impl_function(worker);
    quote! {
        #struct_
        #ports
        #every_port
        #impl_function
    }
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
    let (kind, stage) = (kind(worker), stage(worker));
    // What is wrong with the worker shows at the function, once.
    let header = quote_spanned! {name.span()=>
        impl #impl_generics ::fluid::__private::Function for #name #ty_generics #clause
    };
    quote! {
        #(#cfgs)*
        #header {
            #kind
            #stage
        }
    }
}

/// What it consumes and emits, how it runs, and what it says of itself.
fn kind(worker: &Worker) -> TokenStream {
    // A type that is private, for instance, is a mistake at the type.
    let named = |name: &str, ty: Option<&Type>| {
        let at = ty.map_or_else(Span::call_site, Spanned::span);
        let name = Ident::new(name, at);
        match ty {
            Some(ty) => quote_spanned!(at=> type #name = #ty;),
            None => quote!(type #name = ::fluid::__private::Nothing;),
        }
    };
    let message = named("Message", worker.message());
    let output = named("Output", worker.returns.message.as_ref());
    let ports = named_ports(worker).map(|(_, ty)| quote!(::fluid::__private::Output<#ty>,));
    let stateful = worker.is_stateful().then(|| quote!(.stateful()));
    let options = (!worker.settings.is_empty() || stateful.is_some()).then(|| {
        let calls = worker.settings.calls();
        quote! {
            const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new() #calls #stateful;
        }
    });
    let form = form(worker).map(|form| quote!(const FORM: ::fluid::__private::Form = #form;));
    let code = code(worker);
    quote! {
        #message
        #output
        type Ports = (#(#ports)*);
        #options
        #code
        #form
    }
}

/// What the options that are code say of a message.
fn code(worker: &Worker) -> TokenStream {
    let mut consts = TokenStream::new();
    for (option, name, gives, helper) in [
        ("partition_by", "KEY", quote!(::core::primitive::u64), "key"),
        (
            "batch_weight",
            "WEIGHT",
            quote!(::core::primitive::usize),
            "weight",
        ),
    ] {
        let Some(setting) = worker.settings.get(option) else {
            continue;
        };
        let name = format_ident!("{name}");
        let code = setting.value();
        // What is wrong with the code is wrong there.
        let span = code.span().resolved_at(Span::call_site());
        let helper = format_ident!("{helper}", span = span);
        let message = local("message");
        consts.extend(quote_spanned! {span=>
            const #name: ::core::option::Option<fn(&Self::Message) -> #gives> =
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

/// What the type says of itself in pictures, if anything.
fn form(worker: &Worker) -> Option<TokenStream> {
    let docs = doc_lines(&worker.docs);
    let docs = (!docs.is_empty()).then(|| quote!(.docs(&[#(#docs),*])));
    let message = worker.message().map(|ty| {
        let ty = text(ty);
        quote!(.message(#ty))
    });
    let output = worker.returns.message.as_ref().map(|ty| {
        let ty = text(ty);
        quote!(.output(#ty))
    });
    let ports: Vec<_> = named_ports(worker)
        .map(|(name, ty)| {
            let (name, ty) = (name.unraw().to_string(), text(ty));
            quote!((#name, #ty))
        })
        .collect();
    let ports = (!ports.is_empty()).then(|| quote!(.ports(&[#(#ports),*])));
    let says = quote!(#docs #message #output #ports);
    (!says.is_empty()).then(|| quote!(::fluid::__private::Form::UNKNOWN #says))
}

/// What a call takes and gives, which loop makes the calls, and the call.
fn stage(worker: &Worker) -> TokenStream {
    let (input, input_name) = match (worker.role, worker.taken()) {
        (Role::Worker, _) => (
            quote!(
                type Input = ();
            ),
            quote!((): ()),
        ),
        (Role::Consumer, Some(ty)) => {
            let message = local("message");
            (
                quote_spanned!(ty.span()=> type Input = #ty;),
                quote!(#message: #ty),
            )
        }
        (Role::Consumer, None) => {
            let nothing = quote!(::fluid::__private::Nothing);
            (quote!(type Input = #nothing;), quote!(_: #nothing))
        }
    };
    let uses = |wanted: fn(&Parameter) -> bool| worker.parameters.iter().any(wanted);
    let used_or_not = |used: bool, name: &str| {
        let name = local(name);
        if used { quote!(#name) } else { quote!(_) }
    };
    let judges = worker.settings.get("retry_if").is_some() && worker.returns.fallible;
    let ctx = used_or_not(judges || uses(|p| matches!(p, Parameter::Context)), "ctx");
    let ports = used_or_not(uses(|p| matches!(p, Parameter::Port(..))), "ports");
    let emission = match (worker.returns.many, &worker.returns.message) {
        (Many::Each, Some(ty)) => {
            quote_spanned!(ty.span()=> type Emission = ::fluid::__private::Vec<#ty>;)
        }
        (_, Some(ty)) => quote_spanned!(ty.span()=> type Emission = ::core::option::Option<#ty>;),
        (_, None) => {
            quote!(
                type Emission = ::core::option::Option<::fluid::__private::Nothing>;
            )
        }
    };
    let calls = match worker.role {
        Role::Worker => format_ident!("EachBeat"),
        Role::Consumer if worker.batched.is_some() => format_ident!("EachBatch"),
        Role::Consumer => format_ident!("EachMessage"),
    };
    let rule = worker.message().map(|ty| {
        let message = Ident::new("message", ty.span().resolved_at(Span::mixed_site()));
        quote_spanned!(at(ty)=> ::fluid::rule::message(&#message);)
    });
    let no_hidden_result = no_hidden_result(worker);
    let rules = quote!(#rule #no_hidden_result);
    let call = called(worker, &input_name, &ctx, &ports, &rules);
    quote! {
        #input
        #emission
        type Calls = ::fluid::__private::#calls;

        #call
    }
}

/// The function that makes a call.
fn called(
    worker: &Worker,
    input: &TokenStream,
    ctx: &TokenStream,
    ports: &TokenStream,
    rules: &TokenStream,
) -> TokenStream {
    // What is wrong with the function's future shows at the function.
    let (at, this) = (worker.name.span(), Ident::new("self", Span::call_site()));
    let parameters = quote! {
        &mut #this,
        #input,
        #ctx: &::fluid::__private::Context,
        #ports: &Self::Ports,
    };
    let call = call(worker);
    match as_it_is(worker, &call) {
        Some(future) => quote_spanned! {at=>
            fn call(#parameters)
                -> impl ::core::future::Future<Output = ::fluid::__private::Called<Self>>
            {
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

/// The future of the user's function, of which fluid makes what it takes, if it can: each `async` function of the
/// expansion is work for the compiler.
fn as_it_is(worker: &Worker, call: &TokenStream) -> Option<TokenStream> {
    let judged = worker.returns.fallible && worker.settings.get("retry_if").is_some();
    if worker.broken || !worker.is_async || judged {
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

/// A local of the call, which no name of the user's can meet, not even that of the function.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Where what is wrong with what a parameter takes is wrong: at its type.
fn at(ty: &Type) -> Span {
    ty.span().resolved_at(Span::call_site())
}

/// The call of the function: `store(message, &self.db)`.
fn call(worker: &Worker) -> TokenStream {
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
