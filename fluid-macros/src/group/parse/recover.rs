//! How reading goes on behind what cannot be read.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Ident, Token, Type, token};

use crate::error::Errors;
use crate::group::parse::header::Field;
use crate::group::parse::statement::HOOKS;

/// Skips all that is left.
pub(super) fn skip(input: ParseStream<'_>) {
    while input.parse::<TokenTree>().is_ok() {}
}

/// Skips what stands before the resources or the workers.
pub(super) fn skip_to_list(input: ParseStream<'_>) {
    while !input.peek(token::Paren)
        && !input.peek(token::Brace)
        && input.parse::<TokenTree>().is_ok()
    {}
}

/// Skips what stands before the next comma behind which something begins that has a name.
pub(super) fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !at_the_next(input) {
        // There is one, since it is not empty.
        let _ = input.parse::<TokenTree>();
    }
}

fn at_the_next(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<Token![,]>().is_ok() && begins(&ahead)
}

/// Whether something begins here that has a name.
fn begins(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let begins = ahead.peek(Token![#]) || ahead.peek(Token![pub]) || ahead.is_empty();
    begins
        || (ahead.call(Ident::parse_any).is_ok()
            && ahead.peek(Token![:])
            && !ahead.peek(Token![::]))
}

/// Skips what is left of a statement, and its `;`.
pub(super) fn skip_statement(input: ParseStream<'_>, workers: &[Field]) {
    while !at_end(input, workers) {
        // There is one, since it is not the end.
        let _ = input.parse::<TokenTree>();
    }
    let _ = input.parse::<Token![;]>();
}

/// Takes the code that is left of a statement, and its `;`. Code ends at an arrow, too, since there is none in it.
pub(super) fn code(input: ParseStream<'_>, workers: &[Field]) -> TokenStream {
    let mut code = TokenStream::new();
    while !at_end(input, workers) && !input.peek(Token![=>]) {
        code.extend(input.parse::<TokenTree>());
    }
    let _ = input.parse::<Token![;]>();
    code
}

/// Whether a statement ends here: at its `;`, or, if that was forgotten, where the next one begins.
fn at_end(input: ParseStream<'_>, workers: &[Field]) -> bool {
    input.is_empty() || input.peek(Token![;]) || at_statement(input, workers)
}

/// Whether a statement begins here: a name that begins one, and an arrow.
fn at_statement(input: ParseStream<'_>, workers: &[Field]) -> bool {
    let ahead = input.fork();
    if ahead.call(Attribute::parse_outer).is_err() {
        return false;
    }
    let is_worker = |name: &Ident| workers.iter().any(|field| field.name == *name);
    if ahead.peek(token::Paren) {
        let list = ahead.parse::<Group>().map(|list| list.stream());
        let first = list.ok().and_then(|list| list.into_iter().next());
        return matches!(first, Some(TokenTree::Ident(name)) if is_worker(&name))
            && at_arrow(&ahead);
    }
    let Ok(name) = ahead.parse::<Ident>() else {
        return false;
    };
    if is_worker(&name) {
        if ahead.parse::<Token![.]>().is_ok() {
            let _ = ahead.call(Ident::parse_any);
        }
        return at_arrow(&ahead);
    }
    match &*name.to_string() {
        "every" | "after" | "after_shutdown" if ahead.peek(token::Paren) => {
            ahead.parse::<Group>().is_ok() && at_arrow(&ahead)
        }
        name => HOOKS.contains(&name) && at_arrow(&ahead),
    }
}

fn at_arrow(input: ParseStream<'_>) -> bool {
    input.peek(Token![=>]) || input.peek(Token![->]) || input.peek(Token![~])
}

/// A list with commas. What cannot be read is reported, and left out.
pub(super) fn list<T>(
    input: ParseStream<'_>,
    between: &str,
    errors: &mut Errors,
    read: impl Fn(ParseStream<'_>, &mut Errors) -> syn::Result<T>,
) -> Vec<T> {
    let mut list = Vec::new();
    while !input.is_empty() {
        let item = read(input, errors);
        let understood = item.is_ok();
        list.extend(errors.keep(item));
        if understood && !input.is_empty() && !input.peek(Token![,]) {
            let message = format!("expected `,` between {between}");
            errors.at(input.span(), message);
            if begins(input) {
                continue;
            }
        }
        if !input.peek(Token![,]) {
            skip_to_comma(input);
        }
        // It is there, or nothing is.
        let _ = input.parse::<Token![,]>();
    }
    list
}

/// A type. In the place of one that cannot be read stands one of which nothing follows.
pub(super) fn ty(input: ParseStream<'_>, errors: &mut Errors) -> Type {
    let at = input.span();
    input.parse().unwrap_or_else(|_| {
        errors.at(
            at,
            "expected a type, as in `db: Db` or `store: Store { db }`",
        );
        skip_to_comma(input);
        unknown()
    })
}

/// A type that was not understood.
pub(super) fn unknown() -> Type {
    Type::Verbatim(quote!(::fluid::rule::NotUnderstood))
}
