//! The struct-like head of a group: its name, its resources and its workers.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, FieldValue, GenericArgument, Generics, Meta, PathArguments, Token, Type, TypePath,
    Visibility, braced, parenthesized, token,
};

use super::{code, recover};
use crate::error::Errors;
use crate::group::model::{Field, Header, Made, Origin, Resource, UserType};
use crate::option::{self, Scope};

/// Reads the head. Only a head without a name is an error.
pub(super) fn read(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Header> {
    let attrs = Attributes::read(input.call(Attribute::parse_outer)?, &["workers"], errors);
    let settings = option::read(Scope::Group, attrs.options, errors);
    let vis = input.parse()?;
    let keyword = input.parse::<Token![struct]>().map_err(|error| {
        let message = "a group begins like a struct: `pub struct Name(resource: Type) { … }`";
        syn::Error::new(error.span(), message)
    })?;
    let name: Ident = input.parse()?;
    let Attributes { docs, cfgs, .. } = attrs;
    let mut header = Header {
        docs,
        cfgs,
        settings,
        vis,
        keyword: keyword.span,
        braces: name.span(),
        name,
        generics: Generics::default(),
        resources: Vec::new(),
        fields: Vec::new(),
        whole: true,
    };
    let mistakes = errors.count();
    if let Err(error) = header.parse_rest(input, errors) {
        errors.push(error);
        recover::skip(input);
    }
    header.whole = errors.count() == mistakes;
    Ok(header)
}

impl Header {
    /// What follows the name.
    fn parse_rest(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let generics = errors.keep(input.parse());
        if generics.is_none() {
            recover::skip_to_list(input);
        }
        if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            self.resources = recover::list(&content, "two resources", errors, resource);
        } else if braces_follow_braces(input) {
            let content;
            let braces = braced!(content in input);
            let message = "the resources are in parentheses: `struct Name(resource: Type) { … }`";
            errors.at(braces.span.open(), message);
            self.resources = recover::list(&content, "two resources", errors, resource);
        }
        let clause = errors.keep(input.parse());
        if clause.is_none() {
            recover::skip_to_list(input);
        }
        if !input.peek(token::Brace) {
            let message = "expected the workers in braces: `{ store: Store { db }, … }`";
            return Err(input.error(message));
        }
        let content;
        self.braces = braced!(content in input).span.join();
        self.fields = recover::list(&content, "two workers", errors, field);
        if let (Some(generics), Some(clause)) = (generics, clause) {
            self.generics = generics;
            self.generics.where_clause = clause;
        } else {
            self.forget_types();
        }
        Ok(())
    }

    /// Replaces the types, which without the generics may name unknown parameters.
    fn forget_types(&mut self) {
        let resources = self.resources.iter_mut().map(|resource| &mut resource.ty);
        let fields = self.fields.iter_mut().map(|field| &mut field.ty);
        for ty in resources.chain(fields) {
            *ty = UserType(None);
        }
    }
}

/// Whether the resources are in braces, before those of the workers.
fn braces_follow_braces(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.peek(token::Brace) && ahead.parse::<TokenTree>().is_ok() && ahead.peek(token::Brace)
}

fn resource(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Resource> {
    let attrs = input.call(Attribute::parse_outer)?;
    for other in attrs.iter().filter(|attr| !attr.path().is_ident("doc")) {
        errors.on(other, "only documentation can stand before a resource");
    }
    let origin = match input.parse::<Option<Token![move]>>()? {
        Some(_) => Origin::Moved,
        None => Origin::Parameter,
    };
    let name = input.parse()?;
    input.parse::<Token![:]>().map_err(|error| {
        syn::Error::new(error.span(), "a resource has a name and a type: `db: Db`")
    })?;
    let ty = match recover::ty(input, errors) {
        UserType(Some(Type::Reference(reference))) if origin == Origin::Parameter => {
            let message = "the group shares its resources itself: write the type without `&`";
            errors.at(reference.and_token.span(), message);
            UserType(Some(*reference.elem))
        }
        UserType(Some(ty)) => UserType(Some(without_arc(ty, errors))),
        ty => ty,
    };
    Ok(Resource {
        name,
        ty,
        unused_unless: None,
        origin,
    })
}

/// The type of a resource. An `Arc` around it is reported, and left out.
fn without_arc(ty: Type, errors: &mut Errors) -> Type {
    if let Type::Path(TypePath {
        qself: None, path, ..
    }) = &ty
        && let Some(last) = path.segments.last().filter(|last| last.ident == "Arc")
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(GenericArgument::Type(shared)) = arguments.args.first()
    {
        let message = "the group shares its resources itself: write the type without `Arc`\n\
             `new` takes the value itself, or an `Arc` of it";
        errors.at(last.ident.span(), message);
        return shared.clone();
    }
    ty
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
    let is_edge = input.peek(Token![=>]) || input.peek(Token![->]) || input.peek(Token![~]);
    input.parse::<Token![:]>().map_err(|error| {
        let message = if is_edge {
            "edges stand below the braces: only workers stand in them, `name: Type { … }`"
        } else {
            "a worker has a name and a type: `store: Store { db }`"
        };
        syn::Error::new(error.span(), message)
    })?;
    let mut ty = recover::ty(input, errors);
    // A worker whose initialisers cannot be read is made like one without fields.
    let mut made = errors.keep(made(input)).unwrap_or_else(|| {
        recover::skip_to_comma(input);
        Made::Literal(Vec::new())
    });
    if let UserType(Some(written)) = &ty
        && is_ingress(written)
    {
        if !matches!(&made, Made::Literal(initialisers) if initialisers.is_empty()) {
            let message =
                format!("the group makes its ingresses: write `{name}: Ingress<…>` alone");
            errors.on(written, message);
        }
        made = Made::Ingress;
    }
    if let UserType(Some(written)) = &ty
        && !can_be_made(written, &made)
    {
        let message = "a worker is made of a struct, such as `Store` or `Store { db }`\n\
             for any other type write how it is made: `name: Type = expression`";
        errors.on(written, message);
        (ty, made) = (UserType(None), Made::Literal(Vec::new()));
    }
    let Attributes {
        docs, cfgs, lints, ..
    } = attrs;
    Ok(Field {
        docs,
        cfgs,
        lints,
        settings,
        public,
        name,
        ty,
        made,
    })
}

fn can_be_made(ty: &Type, made: &Made) -> bool {
    match made {
        Made::Literal(_) => has_literals(ty),
        Made::Expression(_) => !matches!(ty, Type::TraitObject(_) | Type::ImplTrait(_)),
        Made::Ingress => true,
    }
}

/// Whether the type is written as `Ingress<M>`, under any path.
fn is_ingress(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            last.ident == "Ingress" && matches!(last.arguments, PathArguments::AngleBracketed(_))
        }),
        Type::Group(group) => is_ingress(&group.elem),
        _ => false,
    }
}

/// Whether the type can stand in a struct literal `Type { … }`.
fn has_literals(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .iter()
            .all(|segment| !matches!(segment.arguments, PathArguments::Parenthesized(_))),
        // The invisible group around `$ty:ty` of a declarative macro.
        Type::Group(group) => has_literals(&group.elem),
        _ => false,
    }
}

fn made(input: ParseStream<'_>) -> syn::Result<Made> {
    if input.peek(token::Brace) {
        let content;
        braced!(content in input);
        let initialisers = code::all(&content, |content| {
            Punctuated::<FieldValue, Token![,]>::parse_terminated_with(content, initialiser)
        })?;
        Ok(Made::Literal(initialisers.into_iter().collect()))
    } else if input.parse::<Option<Token![=]>>()?.is_some() {
        Ok(Made::Expression(input.parse()?))
    } else {
        Ok(Made::Literal(Vec::new()))
    }
}

fn initialiser(input: ParseStream<'_>) -> syn::Result<FieldValue> {
    if input.peek(Token![move]) && input.peek2(Ident::peek_any) {
        let message = "`move` stands before the resource in the head, `struct Name(move rx: …)`: write just its name here";
        return Err(syn::Error::new(input.span(), message));
    }
    input.parse()
}

/// Attributes, sorted by what they mean.
struct Attributes {
    docs: Vec<Attribute>,
    cfgs: Vec<Attribute>,
    /// `#[allow(…)]` and similar, and `#[cfg_attr(…)]`.
    lints: Vec<Attribute>,
    /// The tokens in the parentheses of the option attributes.
    options: TokenStream,
}

/// Attributes that may stand on a field beside those of fluid.
const LINTS: [&str; 6] = ["allow", "expect", "warn", "deny", "forbid", "cfg_attr"];

/// `#[allow(…)]` for `#[expect(…)]`: the field becomes several items, of which not every one meets an expectation.
fn unless_expected(mut attr: Attribute) -> Attribute {
    if attr.path().is_ident("expect")
        && let Meta::List(list) = &mut attr.meta
    {
        list.path = Ident::new("allow", list.path.span()).into();
    }
    attr
}

impl Attributes {
    fn read(attrs: Vec<Attribute>, options: &[&str], errors: &mut Errors) -> Self {
        let mut sorted = Self {
            docs: Vec::new(),
            cfgs: Vec::new(),
            lints: Vec::new(),
            options: TokenStream::new(),
        };
        for attr in attrs {
            if attr.path().is_ident("doc") {
                sorted.docs.push(attr);
            } else if attr.path().is_ident("cfg") {
                sorted.cfgs.push(attr);
            } else if LINTS.iter().any(|level| attr.path().is_ident(level)) {
                sorted.lints.push(unless_expected(attr));
            } else if options.iter().any(|option| attr.path().is_ident(option)) {
                if let Meta::List(list) = &attr.meta {
                    if !sorted.options.is_empty() {
                        let comma = Token![,](attr.span());
                        comma.to_tokens(&mut sorted.options);
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
    fn a_worker_without_an_expression_needs_a_type_with_struct_literals() {
        for (written, is_read) in [
            ("store: Store", true),
            ("store: store::Store<Db> { db }", true),
            ("store: <T as Kept>::Store", true),
            ("store: [Store; 2] = stores()", true),
            ("store: impl Sink = store()", false),
            ("store: Store + = store()", false),
            ("store: ()", false),
            ("store: (Store) { db }", false),
            ("store: [Store; 2]", false),
            ("store: impl Sink", false),
            ("store: Fn(Tick) -> Store", false),
        ] {
            let mut errors = Errors::default();
            let field = (|input: ParseStream<'_>| field(input, &mut errors)).parse_str(written);
            let read = field.is_ok() && errors.count() == 0;
            assert_eq!(read, is_read, "{written}");
        }
    }
}
