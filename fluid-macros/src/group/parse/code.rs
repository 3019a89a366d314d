//! The user's code. Code that is half typed is repaired, so that an editor can complete it.
//!
//! A repair puts an error into the code, in the place of the part that is missing. It is the only output that reading
//! produces.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Block, Expr, Token};

use super::recover;
use crate::error::Errors;
use crate::group::model::Field;
use crate::hygiene::ends;

/// Reads code and its `;`. Code that cannot be read is reported, and `None` is returned. If an edge may follow the
/// code, the whole statement is an error.
pub(super) fn parse(
    input: ParseStream<'_>,
    workers: &[Field],
    errors: &mut Errors,
) -> syn::Result<Option<Expr>> {
    let ahead = input.fork();
    let read = expression(&ahead).and_then(|run| {
        let end = ahead.parse::<Token![;]>().map(drop);
        end.map_err(|error| {
            // At the end of the input the compiler would report the whole macro.
            let at = if ahead.is_empty() {
                ends(&run).1
            } else {
                error.span()
            };
            syn::Error::new(at, "expected `;` at the end of the statement")
        })?;
        Ok(run)
    });
    match read {
        Ok(run) => {
            input.advance_to(&ahead);
            Ok(Some(run))
        }
        Err(error) => {
            let mut half_typed = false;
            let code = repair(recover::code(input, workers), &mut half_typed);
            if input.peek(Token![=>]) {
                return Err(error);
            }
            let run = expression.parse2(code).ok();
            // Half-typed code contains its own error.
            if run.is_none() || !half_typed {
                errors.push(error);
            }
            Ok(run)
        }
    }
}

/// Reads all of the input. If it cannot be read as it is, half-typed code in it is repaired.
pub(super) fn all<T>(
    input: ParseStream<'_>,
    parser: fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    let ahead = input.fork();
    let read = parser(&ahead);
    if read.is_ok() {
        input.advance_to(&ahead);
        return read;
    }
    let repaired = repair(input.parse()?, &mut false);
    read.or_else(|error| parser.parse2(repaired).map_err(|_| error))
}

/// Reads an expression that can be the last one in a block. `{} = x` cannot: in a block it is an empty block and half
/// a statement. Nor can `let`, which needs a semicolon there.
fn expression(input: ParseStream<'_>) -> syn::Result<Expr> {
    let run: Expr = input.parse()?;
    let block = quote!({ #run });
    if syn::parse2::<Block>(block).is_err() {
        let message = "expected an expression to run, such as `report(&db).await`\n\
             for statements write a block: `{ …; … }`";
        return Err(syn::Error::new_spanned(&run, message));
    }
    Ok(run)
}

/// Replaces each dot that no name follows by an error: `db.` becomes `db[{ compile_error!{…} }]`.
///
/// The tokens before the dot keep their spans, so that an editor knows the type before the dot. An index that is an
/// error causes no further error.
fn repair(code: TokenStream, half_typed: &mut bool) -> TokenStream {
    let tokens: Vec<_> = code.into_iter().collect();
    let repaired = tokens.iter().enumerate().map(|(at, token)| match token {
        TokenTree::Group(group) => {
            let inside = repair(group.stream(), half_typed);
            let mut repaired = Group::new(group.delimiter(), inside);
            repaired.set_span(group.span());
            TokenTree::Group(repaired).into()
        }
        dot if is_dot(dot) && !at.checked_sub(1).is_some_and(|at| is_dot(&tokens[at])) => {
            match tokens.get(at + 1) {
                Some(TokenTree::Ident(_) | TokenTree::Literal(_)) => dot.clone().into(),
                Some(next) if is_dot(next) => dot.clone().into(),
                _ => {
                    *half_typed = true;
                    let message =
                        "expected a method or a field behind the dot, such as `db.flush()`";
                    let error = syn::Error::new(dot.span(), message).to_compile_error();
                    quote_spanned!(dot.span()=> [{ #error }])
                }
            }
        }
        token => token.clone().into(),
    });
    repaired.collect()
}

fn is_dot(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::parse::header;
    use crate::text::text;

    /// The code, the number of errors, and the tokens behind the code.
    fn read(written: &str) -> (Option<String>, usize, String) {
        let header = |input: ParseStream<'_>| header::read(input, &mut Errors::default());
        let header = header.parse_str("struct Group { poll: Poll, store: Store }");
        let workers = header.expect("a head").fields;
        let mut errors = Errors::default();
        let parser = |input: ParseStream<'_>| {
            let run = parse(input, &workers, &mut errors);
            let run = errors.keep(run).flatten().map(text);
            let left: TokenStream = input.parse()?;
            Ok((run, text(left)))
        };
        let (run, left) = parser.parse_str(written).expect("tokens");
        (run, errors.count(), left)
    }

    #[test]
    fn code_must_be_an_expression_that_can_end_a_block() {
        for (written, is_read) in [
            ("report(&db).await;", true),
            ("{ let x = 1; report(x).await };", true),
            ("if late { report(&db).await };", true),
            ("let x = exit;", false),
            ("{} = ();", false),
        ] {
            let (run, errors, left) = read(written);
            assert_eq!(run.is_some(), is_read, "{written}");
            assert_eq!(errors, usize::from(!is_read), "{written}");
            assert_eq!(left, "", "{written}");
        }
    }

    #[test]
    fn the_code_before_a_dot_without_a_name_is_kept() {
        for (written, before) in [
            ("group.;", "group"),
            ("group.", "group"),
            ("group.status().;", "group.status()"),
            ("report(&db.).await;", "report(&db"),
            ("{ let x = db.; x };", "{ let x = db"),
            ("group. on_shutdown => x;", "group"),
            ("group. every(\"1s\") => x;", "group"),
            ("group. poll => store;", "group"),
            ("group. (poll, store) -> _;", "group"),
        ] {
            let (run, errors, _) = read(written);
            let run = run.expect(written);
            let rest = run.strip_prefix(before);
            let is_error = rest.is_some_and(|rest| rest.starts_with("[ { ::core::compile_error!"));
            assert!(is_error, "{written}: {run}");
            assert_eq!(errors, 0, "{written}");
        }
    }

    #[test]
    fn code_in_which_every_dot_has_a_name_is_not_repaired() {
        for written in [
            "..",
            "a..",
            "[a.., b]",
            "a..b",
            "a.b.0",
            "{ a.await?.b(1.0) }",
        ] {
            let tokens: TokenStream = written.parse().expect("tokens");
            let mut half_typed = false;
            let repaired = repair(tokens.clone(), &mut half_typed);
            assert_eq!(repaired.to_string(), tokens.to_string());
            assert!(!half_typed, "{written}");
        }
    }

    #[test]
    fn a_statement_behind_a_missing_semicolon_is_left_for_the_next_one() {
        for (written, run, left) in [
            ("a on_shutdown => b;", Some("a"), "on_shutdown => b;"),
            ("a poll -> store;", Some("a"), "poll -> store;"),
            ("a poll.rejected ~> b;", Some("a"), "poll.rejected ~> b;"),
            ("a #[cfg(x)] poll => _;", Some("a"), "#[cfg(x)] poll => _;"),
            ("let a poll => c;", None, "poll => c;"),
            ("a b; c", None, "c"),
            // These are neither code nor a statement.
            ("a => store; b", None, "=> store; b"),
            ("a(1) => store; b", None, "=> store; b"),
        ] {
            let read = read(written);
            let left = left.parse::<TokenStream>().map(text).expect("tokens");
            assert_eq!(read, (run.map(str::to_owned), 1, left), "{written}");
        }
    }
}
