//! The resources: taken by the constructor, shared by what names them.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Attribute;
use syn::ext::IdentExt;

use super::make;
use super::rules::unless;
use crate::group::check::Group;
use crate::group::check::edge::Edge;
use crate::group::parse::header::{Field, Resource};
use crate::mention::uses;

/// `let db: Arc<Db> = Into::into(db);`, and a warning if nothing uses it.
pub(super) fn share(resource: &Resource, group: &Group) -> TokenStream {
    let Resource { name, ty } = resource;
    let share =
        quote!(let #name: ::fluid::__private::Arc<#ty> = ::core::convert::Into::into(#name););
    // What could not be read may have used it.
    let unused = if name.to_string().starts_with('_') || !group.sound {
        None
    } else {
        unless(&users(resource, group))
    };
    let Some(unused) = unused else {
        return share;
    };
    let note = format!(
        "no worker and no callback uses this resource: take it out of the head, or call it `_{}`",
        name.unraw()
    );
    // On stable Rust only the use of something deprecated makes a warning with words of its own.
    let span = name.span().resolved_at(Span::call_site());
    let deprecated = format_ident!("{name}", span = span);
    quote_spanned! {span=>
        #[allow(unused_variables)]
        #share
        #unused
        let () = {
            #[allow(non_upper_case_globals)]
            #[deprecated(note = #note)]
            const #deprecated: () = ();
            #deprecated
        };
    }
}

/// The configurations of all that names a resource.
fn users<'g>(resource: &Resource, group: &'g Group) -> Vec<Vec<&'g Attribute>> {
    let Group {
        header,
        edges,
        callbacks,
        hooks,
        ..
    } = group;
    let name = &resource.name;
    let adapts_with = |edge: &&Edge| edge.adapter.as_ref().is_some_and(|a| uses(a, name));
    let edges = edges.iter().filter(adapts_with).map(|edge| &edge.cfgs);
    let made_with = |field: &&Field| make::names(field, resource);
    let fields = header.fields.iter().filter(made_with).map(|f| &f.cfgs);
    let callbacks = callbacks.iter().filter(|(_, c)| uses(&c.run, name));
    let hooks = hooks.iter().filter(|(_, hook)| uses(&hook.run, name));
    fields
        .chain(edges)
        .chain(callbacks.map(|(cfgs, _)| cfgs))
        .chain(hooks.map(|(cfgs, _)| cfgs))
        .map(|cfgs| cfgs.iter().collect())
        .collect()
}
