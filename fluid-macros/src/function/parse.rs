//! Reads the function. Its body is not read.

mod name;
mod parameter;
mod returns;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, FnArg, Generics, ReturnType, Signature, Token, Visibility, parenthesized};

use super::model::{Role, Worker};
use crate::error::Errors;
use crate::option;

/// Reads the options and the item. Nothing is made of an item that is no function.
pub(super) fn worker(
    role: Role,
    options: TokenStream,
    item: TokenStream,
    errors: &mut Errors,
) -> Option<Worker> {
    let settings = option::read(role.scope(), options, errors);
    let read = |input: ParseStream<'_>| Function::read(role, input);
    let function = errors.keep(read.parse2(without_body(item)))?;
    let whole = function.mistake.is_none();
    errors.extend(function.mistake);
    // Other mistakes in the signature may follow from the first one.
    let mut unreported = Errors::default();
    let errors = if whole { errors } else { &mut unreported };
    let mistakes = errors.count();
    let Function {
        attrs, vis, sig, ..
    } = function;
    let attributes = |name: &'static str| {
        let named = attrs.iter().filter(move |attr| attr.path().is_ident(name));
        named.cloned().collect()
    };
    let (name, parameters) = (
        name::of_struct(&sig.ident, errors),
        parameter::read(role, sig.inputs.iter(), errors),
    );
    Some(Worker {
        role,
        settings,
        vis,
        docs: attributes("doc"),
        cfgs: attributes("cfg"),
        name,
        parameters,
        returns: returns::read(&sig.output),
        sig,
        batched: None,
        whole,
        broken: !whole || errors.count() > mistakes,
    })
}

/// The parts of the item.
struct Function {
    attrs: Vec<Attribute>,
    vis: Visibility,
    sig: Signature,
    /// What the compiler would say about the signature, if it could not be read as a whole.
    mistake: Option<syn::Error>,
}

impl Function {
    fn read(role: Role, input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        // Reads a copy: the tokens that a mistake leaves unread are no mistake of their own.
        let ahead = input.fork();
        let (sig, mistake) = match Signature::parse(&ahead) {
            Ok(sig) => {
                input.advance_to(&ahead);
                (sig, None)
            }
            Err(error) => match readable(&input.fork()) {
                Ok(sig) => (sig, Some(error)),
                // Behind `fn` the item is a function with a mistake, and before that it is no function.
                Err(_) if is_function(&ahead) => return Err(error),
                Err(_) => return Err(no_function(role, &error)),
            },
        };
        let _body: TokenStream = input.parse()?;
        Ok(Self {
            attrs,
            vis,
            sig,
            mistake,
        })
    }
}

fn no_function(role: Role, error: &syn::Error) -> syn::Error {
    let (attribute, example) = (role.attribute(), role.example());
    let message = format!("{attribute} goes on a function, such as `{example}`");
    syn::Error::new(error.span(), message)
}

/// The item with nothing in its braces.
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

/// The signature without the parts that cannot be read. With it an editor knows the worker while its function is
/// being written.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_left_out() {
        for (written, left) in [
            ("async fn poll() { one(two) }", "async fn poll () { }"),
            ("fn poll() -> [u8; { 2 }];", "fn poll () -> [u8 ; { 2 }] ;"),
        ] {
            let item = written.parse().expect("tokens");
            assert_eq!(without_body(item).to_string(), left);
        }
    }
}
