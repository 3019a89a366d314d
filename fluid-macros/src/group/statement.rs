//! What stands below the head of a group: edges and callbacks.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, LitStr, Token, parenthesized, token};

use crate::error::{Errors, did_you_mean};
use crate::group::header::Field;
use crate::group::{adapter, code, recover};
use crate::option::{self, Scope, Settings, duration};

/// The statements, as far as they could be read.
pub(crate) struct Statements {
    pub(crate) list: Vec<Statement>,
    /// Whether every edge could be read.
    pub(crate) whole: bool,
}

/// A statement, with its `#[cfg(…)]`s.
pub(crate) struct Statement {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    /// `a => b ~> c`
    Chain(Chain),
    /// `every("30s") => expr` or `after("5s") => expr`
    Callback(Callback),
    /// `on_startup => expr` and its like
    Hook(Hook),
}

/// Where a chain begins, and each step after that.
pub(crate) struct Chain {
    pub(crate) first: Ends,
    pub(crate) rest: Vec<Step>,
}

/// An arrow, where it leads, and what it makes of the messages on their way.
pub(crate) struct Step {
    pub(crate) arrow: Arrow,
    pub(crate) ends: Ends,
    pub(crate) adapter: Option<Expr>,
}

/// What kind of edge it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrow {
    /// `=>`: what does not fit into the queue waits.
    Queued,
    /// `->`: there is no queue, the one worker calls the other.
    Fused,
    /// `~>`: nothing waits, so that it may close a circle.
    Feedback,
}

/// One place in a chain: one end, or several in parentheses.
pub(crate) struct Ends(pub(crate) Vec<End>);

/// One end of an edge.
pub(crate) enum End {
    /// `name`, or `name.port`
    Worker { name: Ident, port: Option<Ident> },
    /// `_`
    Discard(Span),
}

pub(crate) struct Callback {
    pub(crate) periodic: bool,
    pub(crate) wait: TokenStream,
    /// The wait as it was written.
    pub(crate) written: LitStr,
    pub(crate) settings: Settings,
    pub(crate) run: Expr,
}

pub(crate) struct Hook {
    pub(crate) when: Ident,
    /// The name of the exit, in `after_shutdown(exit)`.
    pub(crate) exit: Option<Ident>,
    pub(crate) run: Expr,
}

/// What hooks are called.
pub(crate) const HOOKS: [&str; 3] = ["on_startup", "on_shutdown", "after_shutdown"];

/// Reads the statements. One that cannot be read is reported, and left out.
pub(crate) fn parse_all(
    input: ParseStream<'_>,
    workers: &[Field],
    errors: &mut Errors,
) -> Statements {
    let mut statements = Statements {
        list: Vec::new(),
        whole: true,
    };
    while !input.is_empty() {
        let mistakes = errors.count();
        match statement(input, workers, errors) {
            Ok(statement) => {
                let body = statement.as_ref().map(|statement| &statement.body);
                let is_edge = matches!(body, Some(Body::Chain(_)));
                statements.whole &= !is_edge || errors.count() == mistakes;
                statements.list.extend(statement);
            }
            Err(error) => {
                errors.push(error);
                recover::skip_statement(input, workers);
                statements.whole = false;
            }
        }
    }
    statements
}

/// One statement, or none if it is a callback whose code cannot be read.
fn statement(
    input: ParseStream<'_>,
    workers: &[Field],
    errors: &mut Errors,
) -> syn::Result<Option<Statement>> {
    let attrs = input.call(Attribute::parse_outer)?;
    let (cfgs, others): (Vec<_>, Vec<_>) = attrs
        .into_iter()
        .partition(|attr| attr.path().is_ident("cfg"));
    for other in others.iter().filter(|attr| !attr.path().is_ident("doc")) {
        errors.on(other, "only `#[cfg(…)]` can stand before a statement");
    }
    let body = body(input, workers, errors)?;
    Ok(body.map(|body| Statement { cfgs, body }))
}

fn body(
    input: ParseStream<'_>,
    workers: &[Field],
    errors: &mut Errors,
) -> syn::Result<Option<Body>> {
    let ahead = input.fork();
    let first = ahead
        .call(Ident::parse_any)
        .map(|name| name.to_string())
        .unwrap_or_default();
    match first.as_str() {
        "every" | "after" if ahead.peek(token::Paren) => {
            Ok(callback(input, workers, errors)?.map(Body::Callback))
        }
        "on_startup" | "on_shutdown" if ahead.peek(Token![=>]) => {
            Ok(hook(input, workers, errors)?.map(Body::Hook))
        }
        "after_shutdown" => Ok(hook(input, workers, errors)?.map(Body::Hook)),
        name if ahead.peek(token::Paren) && !name.is_empty() => {
            let near = did_you_mean(name, ["every", "after", "after_shutdown"]);
            let message = format!(
                "no statement begins with `{name}(…)`{near}\n\
                 callbacks are `every(\"30s\") => …;` and `after(\"5s\") => …;`"
            );
            Err(input.error(message))
        }
        _ => Ok(Some(Body::Chain(chain(input, workers, errors)?))),
    }
}

fn hook(
    input: ParseStream<'_>,
    workers: &[Field],
    errors: &mut Errors,
) -> syn::Result<Option<Hook>> {
    let when: Ident = input.parse()?;
    let exit = if when == "after_shutdown" && input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        Some(content.parse()?)
    } else {
        None
    };
    arrow(input)?;
    Ok(code::parse(input, workers, errors)?.map(|run| Hook { when, exit, run }))
}

fn arrow(input: ParseStream<'_>) -> syn::Result<()> {
    input.parse::<Token![=>]>().map(drop)
}

fn callback(
    input: ParseStream<'_>,
    workers: &[Field],
    errors: &mut Errors,
) -> syn::Result<Option<Callback>> {
    let periodic = input.parse::<Ident>()? == "every";
    let content;
    let parens = parenthesized!(content in input);
    let wait: LitStr = content.parse().map_err(|_| {
        let message = "expected a duration in quotes, such as `every(\"30s\") => …`";
        syn::Error::new(parens.span.join(), message)
    })?;
    let (wait_tokens, length) = duration(&wait)?;
    if periodic && length.is_zero() {
        return Err(syn::Error::new_spanned(
            &wait,
            "a period is more than no time at all",
        ));
    }
    if !content.is_empty() {
        content.parse::<Token![,]>()?;
    }
    let settings = option::read(Scope::Callback, content.parse()?, errors);
    arrow(input)?;
    Ok(code::parse(input, workers, errors)?.map(|run| Callback {
        periodic,
        wait: wait_tokens,
        written: wait,
        settings,
        run,
    }))
}

/// A chain and the `;` behind it. One that breaks off is reported, and reaches as far as it could be read.
fn chain(input: ParseStream<'_>, workers: &[Field], errors: &mut Errors) -> syn::Result<Chain> {
    let begin = input.fork();
    let mut chain = Chain {
        first: ends(input)?,
        rest: Vec::new(),
    };
    if let Err(error) = steps(input, &mut chain.rest) {
        let misspelt = misspelt_hook(&begin, workers);
        if misspelt.is_some() || chain.rest.is_empty() {
            return Err(misspelt.unwrap_or(error));
        }
        errors.push(error);
        recover::skip_statement(input, workers);
    }
    Ok(chain)
}

fn steps(input: ParseStream<'_>, steps: &mut Vec<Step>) -> syn::Result<()> {
    while let Some(arrow) = edge_arrow(input)? {
        let ends = ends(input)?;
        let adapter = adapter::parse(input)?;
        steps.push(Step {
            arrow,
            ends,
            adapter,
        });
    }
    if steps.is_empty() {
        return Err(input.error("expected `=>`: an edge leads from one worker to another"));
    }
    input.parse::<Token![;]>().map(drop).map_err(|error| {
        let message = "expected `=>` and a worker, or `;` at the end of the statement";
        syn::Error::new(error.span(), message)
    })
}

/// What to say of a chain that cannot be read, and begins like a hook.
fn misspelt_hook(begin: ParseStream<'_>, workers: &[Field]) -> Option<syn::Error> {
    let name: Ident = begin.parse().ok()?;
    if !begin.peek(Token![=>]) || workers.iter().any(|field| field.name == name) {
        return None;
    }
    let near = did_you_mean(&name.to_string(), HOOKS);
    let message = format!(
        "no hook is called `{name}`{near}\n\
         hooks are `on_startup => …;`, `on_shutdown => …;` and `after_shutdown(exit) => …;`"
    );
    let misspelt = !near.is_empty() && !HOOKS.iter().any(|hook| name == hook);
    misspelt.then(|| syn::Error::new(name.span(), message))
}

fn edge_arrow(input: ParseStream<'_>) -> syn::Result<Option<Arrow>> {
    if input.parse::<Option<Token![=>]>>()?.is_some() {
        return Ok(Some(Arrow::Queued));
    }
    if input.parse::<Option<Token![->]>>()?.is_some() {
        return Ok(Some(Arrow::Fused));
    }
    if input.parse::<Option<Token![~]>>()?.is_some() {
        input.parse::<Token![>]>().map_err(|error| {
            syn::Error::new(
                error.span(),
                "expected `>`: a feedback edge is written `~>`",
            )
        })?;
        return Ok(Some(Arrow::Feedback));
    }
    Ok(None)
}

fn ends(input: ParseStream<'_>) -> syn::Result<Ends> {
    if !input.peek(token::Paren) {
        return Ok(Ends(vec![end(input)?]));
    }
    let content;
    let parens = parenthesized!(content in input);
    let ends = Punctuated::<End, Token![,]>::parse_terminated_with(&content, end)?;
    if ends.is_empty() {
        let message = "expected the names of workers, such as `(store, report)`";
        return Err(syn::Error::new(parens.span.join(), message));
    }
    Ok(Ends(ends.into_iter().collect()))
}

fn end(input: ParseStream<'_>) -> syn::Result<End> {
    if let Some(underscore) = input.parse::<Option<Token![_]>>()? {
        return Ok(End::Discard(underscore.span()));
    }
    let name: Ident = input.parse().map_err(|error| {
        let message = "expected the name of a worker, several in parentheses, or `_`";
        syn::Error::new(error.span(), message)
    })?;
    let port = match input.parse::<Option<Token![.]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    Ok(End::Worker { name, port })
}

impl Arrow {
    /// As it is written.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Queued => "=>",
            Self::Fused => "->",
            Self::Feedback => "~>",
        }
    }
}

impl End {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Worker { name, port: None } => name.span(),
            Self::Worker {
                name,
                port: Some(port),
            } => name
                .to_token_stream()
                .span()
                .join(port.span())
                .unwrap_or_else(|| port.span()),
            Self::Discard(span) => *span,
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::*;
    use crate::group::header;

    #[test]
    fn a_statement_that_cannot_be_read_does_not_affect_the_next() {
        for (written, statements, whole, mistakes) in [
            ("poll => store; store => _;", 2, true, 0),
            ("poll => ; store => _;", 1, false, 1),
            ("poll store => _;", 1, false, 1),
            ("poll = store => _; poll => store;", 2, false, 1),
            ("poll => store store.failed => _;", 2, false, 1),
            ("poll => store => ; store.failed => _;", 2, false, 1),
            ("every(\"1\") => poll(); store => _;", 1, false, 1),
            ("on_startup => ; store => _;", 1, true, 1),
            ("on_startup => go(1) store => _;", 2, true, 1),
            ("on_startup => group. store => _;", 2, true, 0),
            ("on_startup => go => _; store => _;", 1, false, 1),
        ] {
            let mut errors = Errors::default();
            let header = |input: ParseStream<'_>| header::parse(input, &mut errors);
            let header = header.parse_str("struct Group { poll: Poll, store: Store }");
            let workers = header.expect("a head").fields;
            let read = |input: ParseStream<'_>| Ok(parse_all(input, &workers, &mut errors));
            let read = read.parse_str(written).expect("statements");
            assert_eq!(read.list.len(), statements, "{written}");
            assert_eq!(read.whole, whole, "{written}");
            assert_eq!(errors.count(), mistakes, "{written}");
        }
    }
}
