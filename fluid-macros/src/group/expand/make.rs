//! The function that makes a worker from the resources that it uses, at the start and at each restart.
//!
//! It is a function of the group, and no closure in the constructor: for each closure in a function the compiler looks
//! at the whole function once, also after an edit elsewhere.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, FieldValue, PathArguments, Token, Type};

use super::name::key_of;
use crate::group::model::{Field, Made, Origin, Resource, UserType, shorthand};
use crate::hygiene::{self, ends, local};
use crate::mention::uses;

/// `fn __make_store(db: &Arc<Db>) -> Store { Store { … } }`
pub(super) fn make(field: &Field, resources: &[Resource]) -> TokenStream {
    let Field {
        cfgs,
        lints,
        ty,
        made,
        ..
    } = field;
    let make = name(field);
    let (shared, moved) = parameters(field, resources);
    let body = match made {
        Made::Literal(initialisers) => {
            let path = expression_path(ty);
            let values = initialisers
                .iter()
                .map(|value| initialiser(value, resources));
            quote!(#path { #(#values),* })
        }
        Made::Expression(expr) => with_shares(expr, resources),
        // The runtime makes its source.
        Made::Ingress => return TokenStream::new(),
    };
    if field.is_async() {
        // A future that is started later owns its resources.
        let (names, types) = shared.unwrap_or_else(|| (quote!(()), quote!(())));
        let (resources, worker) = (local("__resources"), local("__worker"));
        // The compiler reports here that the future is not `Send`.
        let at = ends(ty).0.resolved_at(Span::call_site());
        let future = quote_spanned! {at=>
            impl ::core::future::Future<
                Output = ::core::result::Result<#ty, ::fluid::__private::Error>,
            > + ::core::marker::Send + 'static
        };
        return quote! {
            #(#cfgs)*
            #(#lints)*
            #[allow(clippy::manual_async_fn)]
            fn #make(#resources: #types #moved) -> #future {
                async move {
                    let #names = &#resources;
                    let #worker: #ty = #body;
                    ::core::result::Result::Ok(#worker)
                }
            }
        };
    }
    let shared = match shared {
        Some((names, types)) => quote!(#names: &#types),
        None if moved.is_some() => quote!((): &()),
        None => TokenStream::new(),
    };
    quote! {
        #(#cfgs)*
        #(#lints)*
        fn #make(#shared #moved) -> #ty {
            #body
        }
    }
}

/// The names and the types of the resources that the worker shares, and the parameter for what moves into it.
fn parameters(
    field: &Field,
    resources: &[Resource],
) -> (Option<(TokenStream, TokenStream)>, Option<TokenStream>) {
    let used = used(field, resources);
    let used = used.iter().map(|resource| {
        let ty = &resource.ty;
        let ty = match resource.origin {
            Origin::Parameter | Origin::Moved => quote!(::fluid::__private::Arc<#ty>),
            Origin::Ingress => quote!(<#ty as ::fluid::__private::HasKey>::Key),
        };
        (resource.name.to_token_stream(), ty)
    });
    let (names, types): (Vec<_>, Vec<_>) = used.unzip();
    let shared = tuple(&names).zip(tuple(&types));
    let taken = moved_resources(field, resources);
    let moved = (!taken.is_empty()).then(|| {
        let (names, types) = (taken.iter().map(|r| &r.name), taken.iter().map(|r| &r.ty));
        quote!(, (#(#names),*): (#(#types),*))
    });
    (shared, moved)
}

/// References to the resources that the worker uses, if there are any.
pub(super) fn resources(field: &Field, resources: &[Resource]) -> Option<TokenStream> {
    let used = used(field, resources);
    let locals = used.iter().map(|resource| match resource.origin {
        Origin::Parameter | Origin::Moved => resource.name.clone(),
        Origin::Ingress => key_of(&resource.name),
    });
    let references: Vec<_> = locals.map(|local| quote!(&#local)).collect();
    tuple(&references)
}

/// What moves into the worker, if anything does: one resource, or a tuple of several.
pub(super) fn moved(field: &Field, resources: &[Resource]) -> Option<TokenStream> {
    let taken = moved_resources(field, resources);
    let names = taken.iter().map(|resource| &resource.name);
    (!taken.is_empty()).then(|| quote!((#(#names),*)))
}

fn moved_resources<'r>(field: &Field, resources: &'r [Resource]) -> Vec<&'r Resource> {
    let moved = resources.iter().filter(|resource| resource.is_moved());
    moved.filter(|resource| field.uses(resource)).collect()
}

/// The path of the function. The compiler reports at the field's type that the type is no worker.
pub(super) fn path(field: &Field) -> TokenStream {
    let (ty, make) = (&field.ty, name(field));
    let at = ty.span().resolved_at(Span::call_site());
    quote_spanned!(at=> Self::#make)
}

/// The most elements for which the runtime implements `Resources`.
const MOST: usize = 6;

/// One element, or a tuple of several. The last element of a tuple with too many is a tuple again.
fn tuple(elements: &[TokenStream]) -> Option<TokenStream> {
    match elements {
        [] => None,
        [only] => Some(only.clone()),
        elements if elements.len() <= MOST => Some(quote!((#(#elements),*))),
        elements => {
            let (first, rest) = elements.split_at(MOST - 1);
            let rest = tuple(rest);
            Some(quote!((#(#first,)* #rest)))
        }
    }
}

fn name(field: &Field) -> Ident {
    format_ident!("__make_{}", field.name.unraw())
}

/// The shared resources that the field uses.
fn used<'r>(field: &Field, resources: &'r [Resource]) -> Vec<&'r Resource> {
    let resources = resources.iter().filter(|resource| !resource.is_moved());
    resources.filter(|resource| field.uses(resource)).collect()
}

/// One field of a worker's literal. The shorthand shares the resource; anything else is an
/// expression, in which the resources are in scope.
fn initialiser(value: &FieldValue, resources: &[Resource]) -> TokenStream {
    let FieldValue {
        attrs,
        member,
        expr,
        ..
    } = value;
    let is_moved = |name: &Ident| resources.iter().any(|r| r.name == *name && r.is_moved());
    match shorthand(value) {
        Some(name) if is_moved(name) => quote!(#(#attrs)* #member: #name),
        Some(name) => {
            let share = hygiene::path("fluid::rule::Share::share", name.span());
            let share = quote_spanned!(name.span()=> #share(#name));
            quote!(#(#attrs)* #member: #share)
        }
        None => {
            let expr = with_shares(expr, resources);
            quote!(#(#attrs)* #member: #expr)
        }
    }
}

/// An expression with its own clones of the resources that it uses. They are parameters, and so references.
fn with_shares(expr: &Expr, resources: &[Resource]) -> TokenStream {
    let shared = resources.iter().filter(|resource| !resource.is_moved());
    let used: Vec<_> = shared.filter(|r| uses(expr, &r.name)).collect();
    if used.is_empty() {
        return quote!(#expr);
    }
    let shares = used
        .iter()
        .map(|Resource { name, origin, .. }| match origin {
            Origin::Parameter | Origin::Moved => {
                quote!(let #name = ::core::clone::Clone::clone(#name);)
            }
            Origin::Ingress => quote! {
                let #name = ::fluid::__private::Arc::new(#name.ingress());
            },
        });
    quote!({ #(#shares)* #expr })
}

/// A type as it is written in an expression: `Relay<Tick>` as `Relay::<Tick>`.
fn expression_path(ty: &UserType) -> TokenStream {
    let UserType(Some(Type::Path(path))) = ty else {
        return quote!(#ty);
    };
    let mut path = path.clone();
    for segment in &mut path.path.segments {
        if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            arguments
                .colon2_token
                .get_or_insert_with(<Token![::]>::default);
        }
    }
    quote!(#path)
}

#[cfg(test)]
mod tests {
    use super::tuple;
    use crate::group::run;

    #[test]
    fn a_make_function_takes_the_resources_that_its_worker_names() {
        for (field, function, given) in [
            (
                "store: Store",
                "()",
                "add_made (& mut __workers , \"store\" , Self :: __make_store)",
            ),
            (
                "r#store: Store { size: 2 }",
                "()",
                "add_made (& mut __workers , \"store\" , Self :: __make_store)",
            ),
            (
                "store: Store { db }",
                "(db : & :: fluid :: __private :: Arc < Db >)",
                "add_from (& mut __workers , \"store\" , & db , Self :: __make_store)",
            ),
            (
                "store: Store = Store::new(&db, \"{log}\")",
                "((db , log) : & (:: fluid :: __private :: Arc < Db > , :: fluid :: __private :: Arc < Log >))",
                "add_from (& mut __workers , \"store\" , (& db , & log) , Self :: __make_store)",
            ),
        ] {
            let declaration = format!("struct Group(db: Db, log: Log) {{ {field} }}");
            let expansion = run(declaration.parse().expect("tokens")).to_string();
            let function = format!("fn __make_store {function} -> Store {{");
            assert!(expansion.contains(&function), "{field}: {expansion}");
            assert!(expansion.contains(given), "{field}: {expansion}");
            // A closure would cost time to compile.
            assert!(!expansion.contains("move"), "{field}: {expansion}");
        }
    }

    #[test]
    fn more_resources_than_a_tuple_may_have_are_nested() {
        let elements = ["a", "b", "c", "d", "e", "f", "g"];
        let elements = elements.map(|element| element.parse().expect("tokens"));
        let tuple = tuple(&elements).expect("a tuple");
        assert_eq!(tuple.to_string(), "(a , b , c , d , e , (f , g))");
    }
}
