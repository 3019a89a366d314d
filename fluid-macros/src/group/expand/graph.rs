//! The constant that describes the group.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Attribute;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::name::{Names, group_name};
use crate::group::model::{Callback, Edge, Field, Group, Resource, When};
use crate::text::{doc_lines, text};
use crate::words::Arrow;

pub(super) fn graph(group: &Group, names: &Names) -> TokenStream {
    let Group {
        header,
        edges,
        callbacks,
        ..
    } = group;
    let cfgs = &header.cfgs;
    let vis = &header.vis;
    let (impl_generics, ty_generics, clause) = names.generics.split_for_impl();
    let (group_type, name) = (&names.group, group_name(header, names));
    let type_name = group_type.unraw().to_string();
    let docs = doc_lines(&header.docs);
    let place = quote_spanned!(group_type.span()=> ::fluid::__private::Location::here());
    let resources = header.resources.iter().map(|Resource { name, ty, .. }| {
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
    let callbacks = callbacks
        .iter()
        .map(|callback| (callback.cfgs.iter().collect(), described(callback)));
    let (worker_list, workers) = list("Worker", workers.collect());
    let (edge_list, edges) = list("Edge", edges.collect());
    let (callback_list, callbacks) = list("Callback", callbacks.collect());
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
        let items = items.into_iter().map(|(_, item)| quote!(#item,));
        let items: TokenStream = items.collect();
        return (TokenStream::new(), quote!(&[#items]));
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

fn worker(field: &Field) -> TokenStream {
    let Field {
        docs,
        settings,
        public,
        name,
        ty,
        ..
    } = field;
    let (text_of_name, type_name) = (name.unraw().to_string(), text(ty));
    let docs = doc_lines(docs);
    let docs = (!docs.is_empty()).then(|| quote!(.docs(&[#(#docs),*])));
    let public = public.is_some().then(|| quote!(.public()));
    let options = (!settings.is_empty()).then(|| {
        let calls = settings.calls();
        quote!(.options(<#ty as ::fluid::__private::Member>::OPTIONS #calls))
    });
    // It finds its line by where it is called.
    quote_spanned! {name.span()=>
        ::fluid::__private::GraphWorker::of::<#ty>(#text_of_name, #type_name) #docs #public #options
    }
}

fn draw(edge: &Edge) -> TokenStream {
    let from = edge.from.unraw().to_string();
    let port = edge.port.as_ref().map(|port| {
        let port = port.unraw().to_string();
        quote!(.port(#port))
    });
    let kind = match edge.arrow {
        Arrow::Queued => None,
        Arrow::Fused => Some(quote!(.kind(::fluid::__private::EdgeKind::Fused))),
        Arrow::Feedback => Some(quote!(.kind(::fluid::__private::EdgeKind::Feedback))),
    };
    let adapter = edge.adapter.as_ref().map(|adapter| {
        let adapter = text(adapter);
        quote!(.adapter(#adapter))
    });
    let edge = match &edge.to {
        Some(to) => {
            let to = to.unraw().to_string();
            quote_spanned!(edge.to_span=> ::fluid::__private::GraphEdge::new(#from, #to))
        }
        None => quote_spanned!(edge.to_span=> ::fluid::__private::GraphEdge::discard(#from)),
    };
    quote!(#edge #port #kind #adapter)
}

fn described(callback: &Callback) -> TokenStream {
    let mut when = callback.keyword.word().to_owned();
    if let When::Timer { written, .. } = &callback.when {
        when = format!("{when} {:?}", written.value());
    }
    let run = text(&callback.run);
    quote_spanned!(callback.run.span()=> ::fluid::__private::GraphCallback::new(#when, #run))
}
