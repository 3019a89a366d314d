//! How reading goes on behind what cannot be read.

use proc_macro2::TokenTree;
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Token, Type, token};

use crate::error::Errors;

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
