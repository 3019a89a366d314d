//! The constant that describes the group.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Attribute;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::Names;
use super::construct::group_name;
use crate::group::check::{Edge, Group};
use crate::group::header::{Field, Resource};
use crate::group::statement::{Arrow, Callback, Hook};
use crate::path::path;
use crate::text::{doc_lines, text};

pub(super) fn graph(group: &Group, names: &Names) -> TokenStream {
    let Group {
        header,
        edges,
        callbacks,
        hooks,
        ..
    } = group;
    let cfgs = &header.cfgs;
    let vis = &header.vis;
    let (impl_generics, ty_generics, clause) = names.generics.split_for_impl();
    let (group_type, name) = (&names.group, group_name(header, names));
    let type_name = group_type.unraw().to_string();
    let docs = doc_lines(&header.docs);
    let place = place(group_type.span());
    let resources = header.resources.iter().map(|Resource { name, ty }| {
        let (name, ty) = (name.unraw().to_string(), text(ty));
        quote!(::fluid::__private::GraphResource { name: #name, type_name: #ty })
    });
    let workers = header
        .fields
        .iter()
        .map(|field| (field.cfgs.iter().collect(), worker(field)));
    let edges = edges
        .iter()
        .map(|edge| (edge.all_cfgs(&header.fields), draw(edge)));
    let hooks = hooks
        .iter()
        .map(|(cfgs, hook)| (cfgs.iter().collect(), hang(hook)));
    let callbacks = callbacks
        .iter()
        .map(|(cfgs, callback)| (cfgs.iter().collect(), register(callback)));
    let (worker_list, workers) = list("Worker", workers.collect());
    let (edge_list, edges) = list("Edge", edges.collect());
    let (callback_list, callbacks) = list("Callback", callbacks.chain(hooks).collect());
    quote! {
        #(#cfgs)*
        #[allow(dead_code)]
        impl #impl_generics #group_type #ty_generics #clause {
            /// The group's graph: what it is made of, and what its pictures are drawn from.
            #vis const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph {
                name: #name,
                type_name: #type_name,
                docs: &[#(#docs),*],
                place: #place,
                resources: &[#(#resources),*],
                workers: #workers,
                edges: #edges,
                callbacks: #callbacks,
            };
            #worker_list
            #edge_list
            #callback_list
        }
    }
}

/// The items of a list: in place, or, if some may be configured away, as a constant of their own.
fn list(what: &str, items: Vec<(Vec<&Attribute>, TokenStream)>) -> (TokenStream, TokenStream) {
    if items.iter().all(|(cfgs, _)| cfgs.is_empty()) {
        let items = items.iter().map(|(_, item)| item);
        return (TokenStream::new(), quote!(&[#(#items),*]));
    }
    let ty = format_ident!("Graph{what}");
    let name = format_ident!("__{}S", what.to_uppercase());
    let count = items.len();
    let items = items.iter().map(|(cfgs, item)| {
        quote! {
            #(#cfgs)*
            let list = list.with(#item);
        }
    });
    let constant = quote! {
        #[doc(hidden)]
        const #name: ::fluid::__private::List<::fluid::__private::#ty, #count> = {
            let list = ::fluid::__private::List::new(::fluid::__private::#ty::NONE);
            #(#items)*
            list
        };
    };
    (constant, quote!(Self::#name.items()))
}

/// The file and the line of a token.
fn place(span: Span) -> TokenStream {
    let line = path("core::line", span);
    let line = quote_spanned!(span=> #line!());
    quote!(::fluid::__private::Place { file: ::core::file!(), line: #line })
}

fn optional(name: Option<&Ident>) -> TokenStream {
    match name {
        Some(name) => {
            let name = name.unraw().to_string();
            quote!(::core::option::Option::Some(#name))
        }
        None => quote!(::core::option::Option::None),
    }
}

fn worker(field: &Field) -> TokenStream {
    let Field {
        docs,
        settings,
        public,
        name,
        ty,
        ..
    } = field;
    let place = place(name.span());
    let (name, type_name, docs) = (name.unraw().to_string(), text(ty), doc_lines(docs));
    let (public, options) = (public.is_some(), settings.calls());
    quote! {
        ::fluid::__private::GraphWorker {
            name: #name,
            type_name: #type_name,
            docs: &[#(#docs),*],
            place: #place,
            public: #public,
            options: <#ty as ::fluid::__private::Member>::OPTIONS #options,
            form: <#ty as ::fluid::__private::Member>::FORM,
        }
    }
}

fn draw(edge: &Edge) -> TokenStream {
    let from = edge.from.unraw().to_string();
    let (port, to) = (optional(edge.port.as_ref()), optional(edge.to.as_ref()));
    let place = place(edge.to_span);
    let kind = match edge.arrow {
        Arrow::Queued => quote!(Queued),
        Arrow::Fused => quote!(Fused),
        Arrow::Feedback => quote!(Feedback),
    };
    let adapter = match &edge.adapter {
        Some(adapter) => {
            let adapter = text(adapter);
            quote!(::core::option::Option::Some(#adapter))
        }
        None => quote!(::core::option::Option::None),
    };
    quote! {
        ::fluid::__private::GraphEdge {
            from: #from,
            port: #port,
            to: #to,
            kind: ::fluid::__private::EdgeKind::#kind,
            adapter: #adapter,
            place: #place,
        }
    }
}

fn register(callback: &Callback) -> TokenStream {
    let when = if callback.periodic { "every" } else { "after" };
    let when = format!("{when} {:?}", callback.written.value());
    described(&when, &callback.run)
}

fn hang(hook: &Hook) -> TokenStream {
    described(&hook.when.to_string(), &hook.run)
}

fn described(when: &str, run: &syn::Expr) -> TokenStream {
    let (place, run) = (place(run.span()), text(run));
    quote!(::fluid::__private::GraphCallback { when: #when, run: #run, place: #place })
}
