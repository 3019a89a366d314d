//! The constant that describes the group.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Attribute;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::name::{Names, group_name, member_of};
use crate::group::model::{Callback, Edge, Field, Group, Header, Resource, Wait, When};
use crate::option::Place;
use crate::text::{doc_lines, text};
use crate::words::Arrow;

/// `const GRAPH`, and the lists of it that need constants of their own.
pub(super) fn graph(group: &Group, names: &Names) -> TokenStream {
    let Header {
        docs,
        vis,
        resources,
        fields,
        ..
    } = &group.header;
    let docs = doc_lines(docs);
    let docs = (!docs.is_empty()).then(|| quote!(.docs(&[#(#docs),*])));
    let resources = resources.iter().map(|Resource { name, ty, .. }| {
        let (name, ty) = (name.unraw().to_string(), text(ty));
        quote!(::fluid::__private::GraphResource::new(#name, #ty))
    });
    let resources = resources.map(|resource| (Vec::new(), resource));
    let workers = fields.iter();
    let workers = workers.map(|field| (field.cfgs.iter().collect(), worker(field)));
    let edges = group.edges.iter();
    let edges = edges.map(|edge| (edge.all_cfgs(fields), draw(edge)));
    let callbacks = group.callbacks.iter();
    let callbacks = callbacks.map(|callback| (callback.cfgs.iter().collect(), described(callback)));
    let lists = [
        list("Resource", resources.collect()),
        list("Worker", workers.collect()),
        list("Edge", edges.collect()),
        list("Callback", callbacks.collect()),
    ];
    let (constants, lists): (TokenStream, TokenStream) = lists.into_iter().unzip();
    let (name, type_name) = (
        group_name(&group.header, names),
        names.group.unraw().to_string(),
    );
    // The graph contains the line of this call.
    let graph = quote_spanned! {names.group.span()=>
        ::fluid::__private::Graph::new(#name, #type_name)
    };
    quote! {
        /// The graph of the group, from which its pictures are drawn.
        #vis const GRAPH: ::fluid::__private::Graph = #graph #docs #lists;
        #constants
    }
}

/// A list as a call, `.workers(&[…])`. If some items may be configured away, the list is a constant of its own,
/// which is returned first.
fn list(what: &str, items: Vec<(Vec<&Attribute>, TokenStream)>) -> (TokenStream, TokenStream) {
    let call = format_ident!("{}s", what.to_lowercase());
    if items.is_empty() {
        return (TokenStream::new(), TokenStream::new());
    }
    if items.iter().all(|(cfgs, _)| cfgs.is_empty()) {
        let items = items.into_iter().map(|(_, item)| quote!(#item,));
        let items: TokenStream = items.collect();
        return (TokenStream::new(), quote!(.#call(&[#items])));
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
    (constant, quote!(.#call(Self::#name.items())))
}

fn worker(field: &Field) -> TokenStream {
    let Field {
        docs,
        settings,
        name,
        ty,
        ..
    } = field;
    let (text_of_name, type_name) = (name.unraw().to_string(), text(ty));
    let member = member_of(field);
    let docs = doc_lines(docs);
    let docs = (!docs.is_empty()).then(|| quote!(.docs(&[#(#docs),*])));
    let public = field.is_open().then(|| quote!(.public()));
    let options = (!settings.is_empty()).then(|| {
        let calls = settings.calls(Place::Graph);
        quote!(.options(#member.options() #calls))
    });
    let at_run_time: Vec<_> = settings.expressions().collect();
    let at_run_time = (!at_run_time.is_empty()).then(|| quote!(.at_run_time(&[#(#at_run_time),*])));
    // The worker contains the line of this call.
    quote_spanned! {name.span()=>
        #member.in_graph(#text_of_name, #type_name) #docs #public #options #at_run_time
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
    match &callback.when {
        When::Timer {
            wait: Wait::Literal(_, written),
            ..
        }
        | When::Signal { written, .. }
        | When::Cron { written, .. } => when = format!("{when} {:?}", written.value()),
        When::Timer {
            wait: Wait::Expression(expr),
            ..
        } => when = format!("{when} {}", text(expr)),
        When::Hook { .. } => {}
    }
    let run = text(&callback.run);
    quote_spanned!(callback.run.span()=> ::fluid::__private::GraphCallback::new(#when, #run))
}
