//! The struct-like head of a group: its name, its resources and its workers.

use proc_macro2::{Ident, Span, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, Expr, FieldValue, Generics, Member, Meta, PathArguments, Token, Type, Visibility,
    braced, parenthesized, token,
};

use crate::error::Errors;
use crate::option::{self, Scope, Settings};

pub(crate) struct Header {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) settings: Settings,
    pub(crate) vis: Visibility,
    /// Where `struct` stands.
    pub(crate) keyword: Span,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) resources: Vec<Resource>,
    pub(crate) fields: Vec<Field>,
    /// Where the workers stand.
    pub(crate) braces: Span,
}

/// A constructor parameter.
pub(crate) struct Resource {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

/// A worker.
pub(crate) struct Field {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) settings: Settings,
    /// `pub`: messages may come from outside.
    pub(crate) public: Option<Token![pub]>,
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) made: Made,
}

/// How a field's worker is made.
pub(crate) enum Made {
    /// `Type`, or `Type { initialisers }`
    Literal(Vec<FieldValue>),
    /// `Type = expression`
    Expression(Expr),
}

pub(crate) fn parse(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Header> {
    let attrs = Attributes::read(input.call(Attribute::parse_outer)?, &["workers"], errors);
    let settings = option::read(Scope::Group, attrs.options, errors);
    let vis = input.parse()?;
    let keyword = input.parse::<Token![struct]>().map_err(|error| {
        let message = "a group begins like a struct: `pub struct Name(resource: Type) { … }`";
        syn::Error::new(error.span(), message)
    })?;
    let name = input.parse()?;
    let mut generics: Generics = input.parse()?;
    let resources = if input.peek(token::Paren) {
        resources(input)?
    } else {
        Vec::new()
    };
    generics.where_clause = input.parse()?;
    let content;
    let braces = braced!(content in input).span.join();
    let mut fields = Vec::new();
    while !content.is_empty() {
        fields.push(field(&content, errors)?);
        if content.is_empty() {
            break;
        }
        content
            .parse::<Token![,]>()
            .map_err(|error| syn::Error::new(error.span(), "expected `,` between two workers"))?;
    }
    let Attributes { docs, cfgs, .. } = attrs;
    Ok(Header {
        docs,
        cfgs,
        settings,
        vis,
        keyword: keyword.span,
        name,
        generics,
        resources,
        fields,
        braces,
    })
}

fn resources(input: ParseStream<'_>) -> syn::Result<Vec<Resource>> {
    let content;
    parenthesized!(content in input);
    let resources = Punctuated::<Resource, Token![,]>::parse_terminated(&content)?;
    Ok(resources.into_iter().collect())
}

impl Parse for Resource {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![:]>().map_err(|error| {
            syn::Error::new(error.span(), "a resource has a name and a type: `db: Db`")
        })?;
        let ty: Type = input.parse()?;
        if let Type::Reference(reference) = &ty {
            let message = "the group shares its resources itself: write the type without `&`";
            return Err(syn::Error::new(reference.and_token.span(), message));
        }
        Ok(Self { name, ty })
    }
}

fn field(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Field> {
    let attrs = Attributes::read(
        input.call(Attribute::parse_outer)?,
        &["worker", "consumer"],
        errors,
    );
    let settings = option::read(Scope::Field, attrs.options, errors);
    let public = match input.parse()? {
        Visibility::Public(token) => Some(token),
        Visibility::Inherited => None,
        Visibility::Restricted(vis) => {
            let message = "a worker is `pub`, if messages may come from outside the group, or not";
            errors.on(&vis, message);
            Some(Token![pub](vis.pub_token.span))
        }
    };
    let name = input.parse()?;
    input.parse::<Token![:]>().map_err(|error| {
        syn::Error::new(
            error.span(),
            "a worker has a name and a type: `store: Store { db }`",
        )
    })?;
    let ty: Type = input.parse()?;
    let made = if input.peek(token::Brace) {
        let content;
        braced!(content in input);
        let initialisers = Punctuated::<FieldValue, Token![,]>::parse_terminated(&content)?;
        Made::Literal(initialisers.into_iter().collect())
    } else if input.parse::<Option<Token![=]>>()?.is_some() {
        Made::Expression(input.parse()?)
    } else {
        Made::Literal(Vec::new())
    };
    if matches!(made, Made::Literal(_)) && !has_literals(&ty) {
        let message = "a worker is made of a struct, such as `Store` or `Store { db }`\n\
             for any other type write how it is made: `name: Type = expression`";
        return Err(syn::Error::new_spanned(&ty, message));
    }
    let Attributes { docs, cfgs, .. } = attrs;
    Ok(Field {
        docs,
        cfgs,
        settings,
        public,
        name,
        ty,
        made,
    })
}

/// Whether `Type { … }` can be written of a type.
fn has_literals(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .iter()
            .all(|segment| !matches!(segment.arguments, PathArguments::Parenthesized(_))),
        // What `$ty:ty` of a declarative macro comes in.
        Type::Group(group) => has_literals(&group.elem),
        _ => false,
    }
}

/// The name of an initialiser written as the shorthand `{ name }`.
pub(crate) fn shorthand(initialiser: &FieldValue) -> Option<&Ident> {
    match (&initialiser.colon_token, &initialiser.member) {
        (None, Member::Named(name)) => Some(name),
        _ => None,
    }
}

/// Attributes, sorted.
struct Attributes {
    docs: Vec<Attribute>,
    cfgs: Vec<Attribute>,
    /// What stood in the option attributes.
    options: TokenStream,
}

impl Attributes {
    fn read(attrs: Vec<Attribute>, options: &[&str], errors: &mut Errors) -> Self {
        let mut sorted = Self {
            docs: Vec::new(),
            cfgs: Vec::new(),
            options: TokenStream::new(),
        };
        for attr in attrs {
            if attr.path().is_ident("doc") {
                sorted.docs.push(attr);
            } else if attr.path().is_ident("cfg") {
                sorted.cfgs.push(attr);
            } else if options.iter().any(|option| attr.path().is_ident(option)) {
                if let Meta::List(list) = &attr.meta {
                    if !sorted.options.is_empty() {
                        sorted
                            .options
                            .extend(quote::quote_spanned!(attr.span()=> ,));
                    }
                    sorted.options.extend(list.tokens.clone());
                }
            } else {
                let names: Vec<_> = options
                    .iter()
                    .map(|name| format!("`#[{name}(…)]`"))
                    .collect();
                let names = names.join(" or ");
                errors.on(
                    &attr,
                    format!("only docs, `#[cfg(…)]` and {names} can stand here"),
                );
            }
        }
        sorted
    }
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::*;

    #[test]
    fn a_worker_without_an_expression_is_made_of_a_struct() {
        for (written, is_read) in [
            ("store: Store", true),
            ("store: store::Store<Db> { db }", true),
            ("store: <T as Kept>::Store", true),
            ("store: [Store; 2] = stores()", true),
            ("store: ()", false),
            ("store: (Store) { db }", false),
            ("store: [Store; 2]", false),
            ("store: impl Sink", false),
            ("store: Fn(Tick) -> Store", false),
        ] {
            let mut errors = Errors::default();
            let field = (|input: ParseStream<'_>| field(input, &mut errors)).parse_str(written);
            assert_eq!(field.is_ok(), is_read, "{written}");
        }
    }
}
