//! How reading goes on behind a part that cannot be read.

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Ident, Token, token};

use crate::error::Errors;
use crate::group::model::{Field, UserType};
use crate::words::{Keyword, Parentheses};

/// Skips the rest of the input.
pub(super) fn skip(input: ParseStream<'_>) {
    while input.parse::<TokenTree>().is_ok() {}
}

/// Skips everything before the resources or the workers.
pub(super) fn skip_to_list(input: ParseStream<'_>) {
    while !input.peek(token::Paren)
        && !input.peek(token::Brace)
        && input.parse::<TokenTree>().is_ok()
    {}
}

/// Skips everything before the next comma that is followed by a named item or by the end.
pub(super) fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !at_comma_before_item(input) {
        // It cannot fail, since the input is not empty.
        let _ = input.parse::<TokenTree>();
    }
}

fn at_comma_before_item(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<Token![,]>().is_ok() && begins_item(&ahead)
}

/// Whether a named item begins here: an attribute, `pub`, or `name:`. So does the end of the input.
fn begins_item(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let _ = ahead.parse::<Option<Token![move]>>();
    let begins = ahead.peek(Token![#]) || ahead.peek(Token![pub]) || ahead.is_empty();
    begins
        || (ahead.call(Ident::parse_any).is_ok()
            && ahead.peek(Token![:])
            && !ahead.peek(Token![::]))
}

/// Skips the rest of a statement and its `;`.
pub(super) fn skip_statement(input: ParseStream<'_>, workers: &[Field]) {
    while !at_end(input, workers) {
        // It cannot fail, since the input is not empty.
        let _ = input.parse::<TokenTree>();
    }
    let _ = input.parse::<Token![;]>();
}

/// Takes the rest of a statement as code, and its `;`. Code ends before `=>`, since no expression outside of braces
/// contains it.
pub(super) fn code(input: ParseStream<'_>, workers: &[Field]) -> TokenStream {
    let mut code = TokenStream::new();
    while !at_end(input, workers) && !input.peek(Token![=>]) {
        code.extend(input.parse::<TokenTree>());
    }
    let _ = input.parse::<Token![;]>();
    code
}

/// Whether a statement ends here: at its `;`, or, if that is missing, where the next statement begins.
fn at_end(input: ParseStream<'_>, workers: &[Field]) -> bool {
    input.is_empty() || input.peek(Token![;]) || at_statement(input, workers)
}

/// Whether a statement begins here: the name of a worker, or a keyword, before an arrow.
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
    let Some(keyword) = Keyword::of(&name.to_string()) else {
        return false;
    };
    let has_parentheses = ahead.peek(token::Paren) && ahead.parse::<Group>().is_ok();
    let is_complete = match keyword.parentheses() {
        Parentheses::Never => !has_parentheses,
        Parentheses::Optional => true,
        Parentheses::Always => has_parentheses,
    };
    is_complete && at_arrow(&ahead)
}

fn at_arrow(input: ParseStream<'_>) -> bool {
    input.peek(Token![=>]) || input.peek(Token![->]) || input.peek(Token![~])
}

/// A list with commas. An item that cannot be read is reported and left out.
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
            if begins_item(input) {
                continue;
            }
        }
        if !input.peek(Token![,]) {
            skip_to_comma(input);
        }
        // Either there is a comma, or the input is empty.
        let _ = input.parse::<Token![,]>();
    }
    list
}

/// Reads a type. If it cannot be read, that is reported.
pub(super) fn ty(input: ParseStream<'_>, errors: &mut Errors) -> UserType {
    let at = input.span();
    let ty = input.parse().ok();
    if ty.is_none() {
        let message = "expected a type, as in `db: Db` or `store: Store { db }`";
        errors.at(at, message);
        skip_to_comma(input);
    }
    UserType(ty)
}
