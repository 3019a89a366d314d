//! The function as it is written, but for its body, which is nobody's business here.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, FnArg, Generics, ReturnType, Signature, Token, Visibility, parenthesized};

use crate::error::Errors;
use crate::function::Role;

pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    /// Whether all of it was understood.
    pub(crate) whole: bool,
}

/// Reads the item. Of a signature with a mistake in it what can be read is kept.
pub(crate) fn parse(role: Role, item: TokenStream, errors: &mut Errors) -> Option<Function> {
    let wrong = |error: syn::Error| {
        let message = format!(
            "{} goes on a function, such as `{}`",
            role.attribute(),
            legal(role)
        );
        syn::Error::new(error.span(), message)
    };
    let parser = |input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        // On a copy, for what a mistake leaves unread is no mistake of its own.
        let ahead = input.fork();
        let (sig, mistake) = match Signature::parse(&ahead) {
            Ok(sig) => {
                input.advance_to(&ahead);
                (sig, None)
            }
            // Past the `fn` it is a function, and the compiler says what is wrong with it.
            Err(error) => match readable(&input.fork()) {
                Ok(sig) => (sig, Some(error)),
                Err(_) if is_function(&ahead) => return Err(error),
                Err(_) => return Err(wrong(error)),
            },
        };
        let _body: TokenStream = input.parse()?;
        let whole = mistake.is_none();
        let function = Function {
            attrs,
            vis,
            sig,
            whole,
        };
        Ok((function, mistake))
    };
    let (function, mistake) = errors.keep(parser.parse2(without_body(item)))?;
    if let Some(mistake) = mistake {
        errors.push(mistake);
    }
    Some(function)
}

/// The item with nothing in its braces: what stands there need not be read.
fn without_body(item: TokenStream) -> TokenStream {
    let mut tokens: Vec<_> = item.into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.last_mut()
        && body.delimiter() == Delimiter::Brace
    {
        let span = body.span();
        *body = Group::new(Delimiter::Brace, TokenStream::new());
        body.set_span(span);
    }
    tokens.into_iter().collect()
}

/// A signature without what is wrong with it, so that an editor knows the worker while its function is being
/// written.
fn readable(input: ParseStream<'_>) -> syn::Result<Signature> {
    let asyncness: Option<Token![async]> = input.parse()?;
    let keyword: Token![fn] = input.parse()?;
    let name: Ident = input.parse()?;
    let generics: Generics = input.parse()?;
    let content;
    parenthesized!(content in input);
    let mut inputs = Vec::new();
    while !content.is_empty() {
        let ahead = content.fork();
        if let Ok(parameter) = ahead.parse::<FnArg>() {
            content.advance_to(&ahead);
            inputs.push(parameter);
        }
        while !content.is_empty() && content.parse::<Option<Token![,]>>()?.is_none() {
            content.parse::<TokenTree>()?;
        }
    }
    let output = input.parse().unwrap_or(ReturnType::Default);
    syn::parse2(quote!(#asyncness #keyword #name #generics (#(#inputs),*) #output))
}

fn is_function(input: ParseStream<'_>) -> bool {
    input.peek(syn::token::Brace) || input.peek(syn::token::Paren)
}

/// A signature as it should be.
pub(crate) const fn legal(role: Role) -> &'static str {
    match role {
        Role::Worker => "async fn poll(source: &Source) -> Vec<Item>",
        Role::Consumer => "async fn store(item: Item, db: &Db) -> Result<(), Error>",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_of_a_function_is_not_parsed() {
        for (written, left) in [
            ("async fn poll() { one(two) }", "async fn poll () { }"),
            ("fn poll() -> [u8; { 2 }];", "fn poll () -> [u8 ; { 2 }] ;"),
        ] {
            let item = written.parse().expect("tokens");
            assert_eq!(without_body(item).to_string(), left);
        }
    }
}
