//! How each worker is made, at the start and at each restart: a function of the group, from the resources that
//! the worker names.
//!
//! It is a function, and no closure in the constructor, because the compiler looks at a constructor with all that
//! is in it once for each closure in it, also after an edit elsewhere.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, FieldValue, PathArguments, Token, Type};

use crate::group::model::{Field, Made, Resource, UserType, shorthand};
use crate::hygiene::path;
use crate::mention::uses;

/// `fn __make_store(db: &Arc<Db>) -> Store { Store { … } }`
pub(super) fn make(field: &Field, resources: &[Resource]) -> TokenStream {
    let Field { cfgs, ty, made, .. } = field;
    let make = name(field);
    let used = used(field, resources);
    let (names, types): (Vec<_>, Vec<_>) = used.iter().map(|r| (&r.name, &r.ty)).unzip();
    let parameter = match (&names[..], &types[..]) {
        ([], _) => TokenStream::new(),
        ([name], [ty]) => quote!(#name: &::fluid::__private::Arc<#ty>),
        _ => quote!((#(#names),*): &(#(::fluid::__private::Arc<#types>),*)),
    };
    let body = match made {
        Made::Literal(initialisers) => {
            let path = expression_path(ty);
            let values = initialisers
                .iter()
                .map(|value| initialiser(value, resources));
            quote!(#path { #(#values),* })
        }
        Made::Expression(expr) => with_shares(expr, resources),
    };
    quote! {
        #(#cfgs)*
        fn #make(#parameter) -> #ty {
            #body
        }
    }
}

/// The function that makes the worker, with the resources that it is given.
pub(super) fn made(field: &Field, resources: &[Resource]) -> TokenStream {
    let make = name(field);
    let used = used(field, resources);
    let names: Vec<_> = used.iter().map(|resource| &resource.name).collect();
    match &names[..] {
        [] => quote!(Self::#make),
        [name] => {
            quote!(::fluid::__private::made(::core::clone::Clone::clone(&#name), Self::#make))
        }
        names => quote! {
            ::fluid::__private::made((#(::core::clone::Clone::clone(&#names)),*), Self::#make)
        },
    }
}

fn name(field: &Field) -> Ident {
    format_ident!("__make_{}", field.name.unraw())
}

/// The resources that the field uses.
fn used<'r>(field: &Field, resources: &'r [Resource]) -> Vec<&'r Resource> {
    let resources = resources.iter();
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
    match shorthand(value) {
        Some(name) => {
            let share = path("fluid::__private::Share::share", name.span());
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
    let used: Vec<_> = resources.iter().filter(|r| uses(expr, &r.name)).collect();
    if used.is_empty() {
        return quote!(#expr);
    }
    let names = used.iter().map(|resource| &resource.name);
    quote!({ #(let #names = ::core::clone::Clone::clone(#names);)* #expr })
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
    use crate::group::run;

    #[test]
    fn a_make_function_takes_the_resources_that_its_worker_names() {
        for (field, function, given) in [
            ("store: Store", "()", "Self :: __make_store)"),
            ("r#store: Store { size: 2 }", "()", "Self :: __make_store)"),
            (
                "store: Store { db }",
                "(db : & :: fluid :: __private :: Arc < Db >)",
                "made (:: core :: clone :: Clone :: clone (& db) , Self :: __make_store)",
            ),
            (
                "store: Store = Store::new(&db, \"{log}\")",
                "((db , log) : & (:: fluid :: __private :: Arc < Db > , :: fluid :: __private :: Arc < Log >))",
                "clone (& db) , :: core :: clone :: Clone :: clone (& log)) , Self :: __make_store)",
            ),
        ] {
            let declaration = format!("struct Group(db: Db, log: Log) {{ {field} }}");
            let expansion = run(declaration.parse().expect("tokens")).to_string();
            let function = format!("fn __make_store {function} -> Store {{");
            assert!(expansion.contains(&function), "{field}: {expansion}");
            assert!(expansion.contains(given), "{field}: {expansion}");
            // The compiler would look at the whole constructor for it.
            assert!(!expansion.contains("move"), "{field}: {expansion}");
        }
    }
}
