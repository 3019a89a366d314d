//! The resources: parameters of the constructor, cloned for everything that uses them.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Expr;
use syn::ext::IdentExt;

use super::cfg::unless;
use crate::group::model::Resource;
use crate::mention::uses;

/// `let db = resource::<Db>(db);`, and a warning where nothing uses the resource.
pub(super) fn share(resource: &Resource) -> TokenStream {
    let Resource { name, ty, .. } = resource;
    // What moves is the parameter itself.
    let share = match (resource.is_moved(), &resource.unused_unless) {
        (true, None) => return TokenStream::new(),
        (true, Some(_)) => quote!(let #name = #name;),
        (false, _) => quote!(let #name = ::fluid::__private::resource::<#ty>(#name);),
    };
    let Some(users) = &resource.unused_unless else {
        return share;
    };
    let users: Vec<Vec<_>> = users.iter().map(|cfgs| cfgs.iter().collect()).collect();
    let unused = unless(&users);
    let note = format!(
        "no worker and no callback uses this resource: take it out of the head, or call it `_{}`",
        name.unraw()
    );
    // On stable Rust the use of a deprecated item is the only way to a warning with its own text.
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

/// An expression with its own clones of the resources that it uses. It may move them.
pub(super) fn with_clones(expr: &Expr, resources: &[Resource]) -> TokenStream {
    let used: Vec<_> = resources.iter().filter(|r| uses(expr, &r.name)).collect();
    if used.is_empty() {
        return quote!(#expr);
    }
    let clones = clones(&used);
    quote!({ #clones #expr })
}

/// `let db = Clone::clone(&db);`
pub(super) fn clones(used: &[&Resource]) -> TokenStream {
    let names = used.iter().map(|resource| &resource.name);
    quote!(#(let #names = ::core::clone::Clone::clone(&#names);)*)
}
