//! `with f`: the adapter of an edge.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Token, token};

use super::code;
use crate::words::WITH;

/// Reads an adapter, if there is one. It ends before the next arrow or at the end of the statement. The tokens are
/// collected first, since a parser of expressions would read on: in `with f -> b` it would see `f - …`.
pub(super) fn parse(input: ParseStream<'_>) -> syn::Result<Option<Expr>> {
    if !input.fork().parse::<Ident>().is_ok_and(|word| word == WITH) {
        return Ok(None);
    }
    let with: Ident = input.parse()?;
    let tokens = tokens(input)?;
    if tokens.is_empty() {
        let message = "expected a function or a closure: `with to_candle` or `with |tick| …`";
        return Err(syn::Error::new(with.span(), message));
    }
    let adapter = |input: ParseStream<'_>| code::all(input, Expr::parse);
    adapter.parse2(tokens).map(Some)
}

fn tokens(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut adapter = TokenStream::new();
    if input.peek(Token![move]) || input.peek(Token![|]) {
        closure_head(input, &mut adapter)?;
    }
    while !(input.is_empty()
        || input.peek(Token![;])
        || input.peek(Token![=>])
        || input.peek(Token![->])
        || input.peek(Token![~]))
    {
        if is_function_type(input) {
            for _ in ["fn", "(…)", "-", ">"] {
                take(input, &mut adapter)?;
            }
        } else {
            take(input, &mut adapter)?;
        }
    }
    Ok(adapter)
}

/// Whether `fn(…) ->` or `Fn(…) ->` comes next, whose arrow is not that of an edge.
fn is_function_type(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let word = ahead.call(Ident::parse_any).map(|word| word.to_string());
    let is_word = word.is_ok_and(|word| ["fn", "Fn", "FnMut", "FnOnce"].contains(&&*word));
    is_word && ahead.peek(token::Paren) && {
        let list: syn::Result<TokenTree> = ahead.parse();
        list.is_ok() && ahead.peek(Token![->])
    }
}

/// `move |tick: Tick| -> Candle`, whose arrow is not that of an edge.
fn closure_head(input: ParseStream<'_>, adapter: &mut TokenStream) -> syn::Result<()> {
    while !input.peek(Token![|]) {
        take(input, adapter)?;
    }
    take(input, adapter)?;
    while !input.peek(Token![|]) {
        take(input, adapter)?;
    }
    take(input, adapter)?;
    if input.peek(Token![->]) {
        while !input.peek(token::Brace) {
            take(input, adapter)?;
        }
    }
    Ok(())
}

fn take(input: ParseStream<'_>, adapter: &mut TokenStream) -> syn::Result<()> {
    let token: TokenTree = input.parse()?;
    adapter.extend([token]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::text;

    /// The adapter, and the tokens behind it.
    fn read(written: &str) -> syn::Result<(Option<String>, String)> {
        let parser = |input: ParseStream<'_>| {
            let adapter = parse(input)?.map(text);
            let rest: TokenStream = input.parse()?;
            Ok((adapter, rest.to_string()))
        };
        parser.parse_str(written)
    }

    #[test]
    fn an_adapter_reaches_to_the_next_arrow() {
        for (written, adapter, rest) in [
            ("with f => c", Some("f"), "=> c"),
            ("with f -> c", Some("f"), "-> c"),
            ("with f ~> c", Some("f"), "~> c"),
            ("with a::f::<u8>;", Some("a::f::<u8>"), ";"),
            ("with |n| n + 1 -> c", Some("|n| n + 1"), "-> c"),
            ("with |n: u8| -> u16 { n.into() } -> c", None, "-> c"),
            ("with move || 7 => c", Some("move || 7"), "=> c"),
            ("with |n| match n { 1 => 2, n => n } => c", None, "=> c"),
            ("=> c", Some(""), "=> c"),
        ] {
            let (read, left) = read(written).expect(written);
            assert_eq!(left, rest, "{written}");
            match adapter {
                Some("") => assert_eq!(read, None, "{written}"),
                Some(adapter) => assert_eq!(read.as_deref(), Some(adapter), "{written}"),
                None => assert!(read.is_some(), "{written}"),
            }
        }
    }

    #[test]
    fn an_adapter_that_is_no_expression_is_an_error() {
        for written in [
            "with",
            "with;",
            "with => c",
            "with |n",
            "with |n| -> u8",
            "with +",
        ] {
            assert!(read(written).is_err(), "{written}");
        }
    }
}
