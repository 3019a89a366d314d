//! The constructor: it seats the workers, draws the edges and registers the callbacks.

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, Lit, Type};

use super::Names;
use super::callback::{hang, register};
use super::{fused, make, resource, rules};
use crate::function::mentions;
use crate::group::adapter::owning;
use crate::group::check::Group;
use crate::group::edge::Edge;
use crate::group::header::{Field, Header, Made, Resource};
use crate::group::statement::Arrow;

pub(super) fn construct(group: &Group, names: &Names) -> TokenStream {
    let Group {
        header,
        edges,
        callbacks,
        hooks,
        wired,
        ..
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
    let parameters = resources.iter().map(|Resource { name, ty }| {
        let at = name.span().resolved_at(Span::call_site());
        // A bound reaches from its first token to its last.
        let (first, last) = (quote_spanned!(at=> ::), quote_spanned!(at=> >));
        quote!(#name: impl #first core::convert::Into<::fluid::__private::Arc<#ty> #last)
    });
    // What is wrong with a call of it shows at the group's head and its resources.
    let at = header.keyword.resolved_at(Span::call_site());
    let signature = quote_spanned!(at=> fn new(#(#parameters),*) -> Self);
    let shares = resources
        .iter()
        .map(|resource| resource::share(resource, group));
    if !header.whole {
        return no_constructor(group, names);
    }
    let new_group = new_group(header, names);
    // Each list as one stream: every stream that is written into another is a call of the compiler.
    let seats: TokenStream = fields.iter().map(|field| seat(field, resources)).collect();
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
        .map(|(at, edge)| draw(edge, &edges[..at], header));
    let edges: TokenStream = edges.collect();
    let handle = handle(header, names);
    let callbacks = callbacks
        .iter()
        .map(|(cfgs, callback)| register(cfgs, callback, resources));
    let hooks = hooks.iter().map(|(cfgs, hook)| hang(cfgs, hook, resources));
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
                #seats
                #edges
                #fused
                #wiring
                #options
                #(#public)*
                #(#retries)*
                #handle
                #(#callbacks)*
                #(#hooks)*
                Self { workers: #workers, handle: #the_handle }
            }

            #makes
        }
    }
}

/// The constructor of a group that was not understood: it is there to be called, and never is.
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
        // Its type was not understood.
        Type::Verbatim(_) => quote!(_: impl ::core::marker::Sized),
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

/// A local of the constructor, which no name of the user's can meet.
pub(super) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The local that holds the seat of a worker. An error about it shows at `at`.
pub(super) fn seat_of(name: &Ident, at: Span) -> Ident {
    let mut seat = name.clone();
    seat.set_span(at.resolved_at(Span::mixed_site()));
    seat
}

/// The seat at which an edge starts, if what it starts at emits anything.
pub(super) fn start_of(name: &Ident) -> TokenStream {
    let at = name.span().resolved_at(Span::call_site());
    let seat = seat_of(name, at);
    quote_spanned!(at=> #seat.starts_an_edge())
}

/// The seat at which an edge ends. A group has none, and only an expression can make one.
pub(super) fn end_of(name: &Ident, field: &Field, at: Span) -> TokenStream {
    let at = at.resolved_at(Span::call_site());
    let seat = seat_of(name, at);
    match field.made {
        Made::Literal(_) => quote_spanned!(at=> &#seat),
        Made::Expression(_) => quote_spanned!(at=> #seat.ends_an_edge()),
    }
}

/// The group's name at run time.
pub(super) fn group_name(header: &Header, names: &Names) -> TokenStream {
    let text = &names.text;
    match header.settings.get("name") {
        Some(name) => name.value().clone(),
        None => quote!(#text),
    }
}

fn new_group(header: &Header, names: &Names) -> TokenStream {
    let workers = local("__workers");
    let text = group_name(header, names);
    let calls = header.settings.calls_but("name");
    quote!(let mut #workers = ::fluid::__private::Workers::new(#text) #calls;)
}

/// `let store = workers.add_as::<Store>("store", Self::__make_store);`, or, with options, `add_with`.
fn seat(field: &Field, resources: &[Resource]) -> TokenStream {
    let Field {
        cfgs,
        name,
        ty,
        settings,
        ..
    } = field;
    let (workers, seat) = (local("__workers"), seat_of(name, name.span()));
    let text = unraw(name);
    let made = make::made(field, resources);
    if settings.is_empty() {
        return quote! {
            #(#cfgs)*
            let #seat = #workers.add_as::<#ty>(#text, #made);
        };
    }
    let options = settings.calls();
    quote! {
        #(#cfgs)*
        let #seat = #workers.add_with::<#ty>(
            #text,
            <#ty as ::fluid::__private::Member>::OPTIONS #options,
            #made,
        );
    }
}

/// A worker whose field, and not its function, says that it makes several attempts.
fn retries(field: &Field) -> Option<TokenStream> {
    let retry = field.settings.get("retry")?;
    let Field { cfgs, name, .. } = field;
    let (workers, seat) = (local("__workers"), seat_of(name, name.span()));
    let at = retry.span.resolved_at(Span::call_site());
    Some(quote_spanned!(at=> #(#cfgs)* #workers.keep_copies(&#seat);))
}

/// An expression that may take the resources it names by value: they are clones of its own.
pub(super) fn with_shares(expr: &Expr, resources: &[Resource]) -> TokenStream {
    let used: Vec<_> = resources.iter().filter(|r| uses(expr, &r.name)).collect();
    if used.is_empty() {
        return quote!(#expr);
    }
    let clones = clones(&used);
    quote!({ #clones #expr })
}

pub(super) fn clones(used: &[&Resource]) -> TokenStream {
    let names = used.iter().map(|resource| &resource.name);
    quote!(#(let #names = ::core::clone::Clone::clone(&#names);)*)
}

/// Whether an expression names a resource, in its code or in a format string.
pub(super) fn uses(expr: &Expr, name: &Ident) -> bool {
    // Most are a number, or a name alone, and need not be written as tokens to be looked through.
    match expr {
        Expr::Lit(literal) if !matches!(literal.lit, Lit::Str(_) | Lit::Verbatim(_)) => {
            return false;
        }
        Expr::Path(path) => {
            if let Some(ident) = path.path.get_ident() {
                return ident == name;
            }
        }
        _ => {}
    }
    let tokens = quote!(#expr);
    mentions(&tokens, name) || captured(&tokens, &name.unraw().to_string())
}

/// Whether a text literal captures `name`, as `println!("{name:?}")` does.
fn captured(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Literal(literal) => match Lit::new(literal) {
            Lit::Str(text) => captures(&text.value(), name),
            _ => false,
        },
        TokenTree::Group(group) => captured(&group.stream(), name),
        _ => false,
    })
}

/// Whether the format string `text` has an argument `{name}` or `{name:…}`. `{{` is an escaped brace.
fn captures(text: &str, name: &str) -> bool {
    text.replace("{{", "").split('{').skip(1).any(|argument| {
        let end = argument.find([':', '}']).unwrap_or(argument.len());
        argument[..end].trim() == name
    })
}

/// Whether it is the port that every consumer has, for what it gave up on.
pub(super) fn is_failed(port: &Ident) -> bool {
    port == "failed"
}

/// One edge. A second one from the same output makes it a broadcast.
fn draw(edge: &Edge, earlier: &[Edge], header: &Header) -> TokenStream {
    let Edge {
        port,
        arrow,
        adapter,
        to,
        to_span,
        ..
    } = edge;
    let span = to_span.resolved_at(Span::call_site());
    let cfgs = edge.all_cfgs(&header.fields);
    let workers = local("__workers");
    let at_port = port.is_some();
    let is_failed = port.as_ref().is_some_and(is_failed);
    let start = start(edge, header);
    if let (None, true) = (to, is_failed) {
        return quote_spanned!(span=> #(#cfgs)* #workers.discard(#start););
    }
    let Some((to, to_field)) = to.as_ref().zip(edge.to_field) else {
        // The port must exist, even to be thrown away.
        return at_port
            .then(|| quote!(#(#cfgs)* let _ = #start;))
            .unwrap_or_default();
    };
    let before = earlier
        .iter()
        .filter(|other| other.to.is_some() && other.starts_with(edge));
    let second = before.clone().count() == 1 || before.clone().any(|other| !other.cfgs.is_empty());
    let to_seat = end_of(to, &header.fields[to_field], span);
    let verb = if *arrow == Arrow::Feedback {
        "feedback"
    } else {
        "connect"
    };
    // An error about an adapter belongs to the adapter.
    let at = adapter.as_ref().map_or(span, |adapter| {
        adapter.span().resolved_at(Span::call_site())
    });
    let suffix = if adapter.is_some() { "_adapted" } else { "" };
    let connect = format_ident!("{verb}{suffix}", span = at);
    let adapter = argument(edge, header);
    let connect = quote_spanned! {span=>
        #(#cfgs)*
        #workers.#connect(#start, #to_seat #adapter);
    };
    if !second {
        return connect;
    }
    // Each call at the end of its edge, where an error about it belongs; of a broadcast, at its start.
    quote_spanned! {span=>
        #(#cfgs)*
        #workers.broadcast(#start);
        #connect
    }
}

/// Where an edge starts: `poll.starts_an_edge()`, `parse.port(<Parse>::rejected())` or `store.failed()`.
fn start(edge: &Edge, header: &Header) -> TokenStream {
    let Some(port) = &edge.port else {
        return start_of(&edge.from);
    };
    let field = edge.start(&header.fields);
    // An error about what leaves by the port shows at the port.
    let at = port.span().resolved_at(Span::call_site());
    let seat = match field.made {
        Made::Literal(_) => seat_of(&edge.from, at).into_token_stream(),
        Made::Expression(_) => end_of(&edge.from, field, edge.from.span()),
    };
    if is_failed(port) {
        let failed = Ident::new("failed", at);
        return quote_spanned!(at=> #seat.#failed());
    }
    let ty = &field.ty;
    quote_spanned!(port.span()=> #seat.port(<#ty>::#port()))
}

/// The adapter of an edge, as the last argument of the call that draws the edge.
pub(super) fn argument(edge: &Edge, header: &Header) -> Option<TokenStream> {
    let adapter = with_shares(&owning(edge.adapter.as_ref()?), &header.resources);
    Some(quote!(, #adapter))
}

fn handle(header: &Header, names: &Names) -> TokenStream {
    let handle = &names.handle;
    let (workers, the_handle) = (local("__workers"), local("__handle"));
    let handles = header.fields.iter().map(|field| {
        let Field { cfgs, name, ty, .. } = field;
        let seat = seat_of(name, name.span());
        match (&field.public, &field.made) {
            (Some(_), _) => quote!(#(#cfgs)* #name: #seat.handle(),),
            (None, Made::Literal(_)) => quote!(#(#cfgs)* #name: #seat.worker_handle(),),
            (None, Made::Expression(_)) => {
                quote!(#(#cfgs)* #name: <#ty as ::fluid::__private::Member>::handle(&#seat),)
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

pub(super) fn unraw(name: &Ident) -> Literal {
    let text = name.to_string();
    let mut literal = Literal::string(text.strip_prefix("r#").unwrap_or(&text));
    literal.set_span(name.span());
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_used_by_a_format_string_only_under_its_whole_name() {
        for (code, is_used) in [
            ("println!(\"{db_path}\")", false),
            ("println!(\"{db}\")", true),
            ("println!(\"{ db :?}\")", true),
            ("println!(\"{{{db:>8}}}\")", true),
            ("println!(r#\"{x} {db}\"#)", true),
            ("println!(\"{{db}}\")", false),
            ("println!(\"\\u{db}\")", false),
            ("println!(\"{}\", path)", false),
            ("send(b\"{db}\")", false),
        ] {
            let expr: Expr = syn::parse_str(code).expect(code);
            let name = Ident::new("db", Span::call_site());
            assert_eq!(uses(&expr, &name), is_used, "{code}");
        }
    }

    #[test]
    fn a_format_string_names_a_raw_resource_without_its_prefix() {
        let expr: Expr = syn::parse_str("println!(\"{type}\")").expect("an expression");
        assert!(uses(&expr, &Ident::new_raw("type", Span::call_site())));
    }
}
