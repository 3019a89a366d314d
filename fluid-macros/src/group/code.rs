//! Code of the user's, read, and mended where it is half typed.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Block, Expr, Token};

use crate::error::Errors;
use crate::group::header::Field;
use crate::group::recover;

/// Reads code and the `;` behind it. If it cannot be read, that is reported, and there is none; if it may hide an
/// edge, it is an error.
pub(super) fn parse(
    input: ParseStream<'_>,
    workers: &[Field],
    errors: &mut Errors,
) -> syn::Result<Option<Expr>> {
    let ahead = input.fork();
    let read = expression(&ahead).and_then(|run| {
        let end = ahead.parse::<Token![;]>().map(drop);
        end.map_err(|at| syn::Error::new(at.span(), "expected `;` at the end of the statement"))?;
        Ok(run)
    });
    match read {
        Ok(run) => {
            input.advance_to(&ahead);
            Ok(Some(run))
        }
        Err(error) => {
            let mut half_typed = false;
            let code = mend(recover::code(input, workers), &mut half_typed);
            if input.peek(Token![=>]) {
                return Err(error);
            }
            let run = expression.parse2(code).ok();
            // What is half typed says so itself.
            if run.is_none() || !half_typed {
                errors.push(error);
            }
            Ok(run)
        }
    }
}

/// Reads all of the input. If it cannot be read as it is, what is half typed in it is mended.
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
    let mended = mend(input.parse()?, &mut false);
    read.or_else(|error| parser.parse2(mended).map_err(|_| error))
}

/// It becomes the last of a block, where a few expressions are none: `{} = x` is a block and half a statement
/// there, and a `let` wants its semicolon.
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

/// Code in which an error stands in the place of each dot that nothing follows. What stands before the dot is
/// kept, and where it stood, so that an editor knows what may come behind it: `db.` becomes
/// `db[{ compile_error!{…} }]`, and of what is indexed by an error no other error follows.
fn mend(code: TokenStream, half_typed: &mut bool) -> TokenStream {
    let tokens: Vec<_> = code.into_iter().collect();
    let mended = tokens.iter().enumerate().map(|(at, token)| match token {
        TokenTree::Group(group) => {
            let inside = mend(group.stream(), half_typed);
            let mut mended = Group::new(group.delimiter(), inside);
            mended.set_span(group.span());
            TokenTree::Group(mended).into()
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
    mended.collect()
}

fn is_dot(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::header;
    use crate::text::text;

    /// The code, how many mistakes were reported, and what is left behind.
    fn read(written: &str) -> (Option<String>, usize, String) {
        let header = |input: ParseStream<'_>| header::parse(input, &mut Errors::default());
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
    fn only_code_that_is_an_expression_inside_a_block_is_read() {
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
    fn code_before_a_hanging_dot_is_kept() {
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
    fn code_without_a_hanging_dot_is_unchanged() {
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
            let mended = mend(tokens.clone(), &mut half_typed);
            assert_eq!(mended.to_string(), tokens.to_string());
            assert!(!half_typed, "{written}");
        }
    }

    #[test]
    fn code_behind_a_missing_semicolon_is_left_alone() {
        for (written, run, left) in [
            ("a on_shutdown => b;", Some("a"), "on_shutdown => b;"),
            ("a poll -> store;", Some("a"), "poll -> store;"),
            ("a poll.rejected ~> b;", Some("a"), "poll.rejected ~> b;"),
            ("a #[cfg(x)] poll => _;", Some("a"), "#[cfg(x)] poll => _;"),
            ("let a poll => c;", None, "poll => c;"),
            ("a b; c", None, "c"),
            // These are neither code nor statements.
            ("a => store; b", None, "=> store; b"),
            ("a(1) => store; b", None, "=> store; b"),
        ] {
            let read = read(written);
            let left = left.parse::<TokenStream>().map(text).expect("tokens");
            assert_eq!(read, (run.map(str::to_owned), 1, left), "{written}");
        }
    }
}
