//! The resources: parameters of the constructor, cloned for everything that uses them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Expr;

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
    // The compiler reports this variable, which has the name of the resource, at the resource.
    let variable = name.clone();
    quote! {
        #[allow(unused_variables)]
        #share
        #unused
        {
            let #variable = ();
        }
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
