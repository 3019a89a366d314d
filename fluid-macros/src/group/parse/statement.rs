//! The statements below the head of a group: edges and callbacks.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Pat, Token, parenthesized, token};

use super::{adapter, code, recover};
use crate::error::{Errors, did_you_mean, list};
use crate::group::model::{Callback, Chain, End, Field, Statement, Step, Wait, When};
use crate::option::{self, Scope, Settings};
use crate::words::{Arrow, Keyword, Parentheses, SIGNALS, STOP_SIGNALS};

/// Reads the statements, and whether every edge could be read.
pub(super) fn read_all(
    input: ParseStream<'_>,
    workers: &[Field],
    errors: &mut Errors,
) -> (Vec<Statement>, bool) {
    let mut statements = Vec::new();
    let mut whole = true;
    while !input.is_empty() {
        let mistakes = errors.count();
        match statement(input, workers, errors) {
            Ok(statement) => {
                let is_edge = matches!(statement, Some(Statement::Chain(_)));
                whole &= !is_edge || errors.count() == mistakes;
                statements.extend(statement);
            }
            Err(error) => {
                errors.push(error);
                recover::skip_statement(input, workers);
                whole = false;
            }
        }
    }
    (statements, whole)
}

/// Reads one statement. A callback whose code cannot be read is left out.
fn statement(
    input: ParseStream<'_>,
    workers: &[Field],
    errors: &mut Errors,
) -> syn::Result<Option<Statement>> {
    let attrs = input.call(Attribute::parse_outer)?;
    let is = |name: &'static str| move |attr: &Attribute| attr.path().is_ident(name);
    let (cfgs, others): (Vec<_>, Vec<_>) = attrs.into_iter().partition(is("cfg"));
    for other in others.iter().filter(|attr| !is("doc")(attr)) {
        errors.on(other, "only `#[cfg(…)]` can stand before a statement");
    }
    let ahead = input.fork();
    let word = ahead.call(Ident::parse_any).map(|word| word.to_string());
    let word = word.unwrap_or_default();
    match Keyword::of(&word) {
        Some(keyword) if begins(keyword, &ahead) => {
            let callback = callback(keyword, cfgs, input, workers, errors)?;
            Ok(callback.map(Statement::Callback))
        }
        Some(keyword) if ahead.peek(LitStr) && Keyword::CALLBACKS.contains(&keyword) => {
            let message = format!(
                "what `{word}` takes is in parentheses: `{}`",
                keyword.example()
            );
            Err(ahead.error(message))
        }
        Some(keyword) if ahead.peek(token::Paren) => {
            let after = Keyword::AfterShutdown.example();
            let message = format!(
                "`{word}` has no parameter: write `{}`\nthe exit of the group is known in `{after}`",
                keyword.example()
            );
            Err(input.error(message))
        }
        _ if ahead.peek(Token![!]) && !word.is_empty() => {
            let message = format!(
                "`{word}!` is no statement of a group: let a callback call it, such as `{}`",
                Keyword::OnStartup.example()
            );
            Err(input.error(message))
        }
        _ if ahead.peek(token::Paren) && !word.is_empty() => Err(input.error(unknown(&word))),
        _ => Ok(Some(Statement::Chain(chain(cfgs, input, workers, errors)?))),
    }
}

/// Whether a keyword before `behind` begins a statement, and is not the name of a worker.
fn begins(keyword: Keyword, behind: ParseStream<'_>) -> bool {
    match keyword.parentheses() {
        Parentheses::Never => behind.peek(Token![=>]),
        Parentheses::Optional => true,
        Parentheses::Always => behind.peek(token::Paren),
    }
}

fn unknown(word: &str) -> String {
    let callbacks = Keyword::CALLBACKS.map(Keyword::word).into_iter();
    let near = did_you_mean(word, callbacks.chain([Keyword::AfterShutdown.word()]));
    let [every, after, cron, signal] = Keyword::CALLBACKS.map(Keyword::example);
    format!(
        "no statement begins with `{word}(…)`{near}\n\
         callbacks are `{every}`, `{after}`, `{cron}` and `{signal}`"
    )
}

fn callback(
    keyword: Keyword,
    cfgs: Vec<Attribute>,
    input: ParseStream<'_>,
    workers: &[Field],
    errors: &mut Errors,
) -> syn::Result<Option<Callback>> {
    let word: Ident = input.parse()?;
    let when = match keyword {
        Keyword::Every | Keyword::After => timer(keyword, input, errors)?,
        Keyword::Cron => cron(input, errors)?,
        Keyword::OnSignal => signal(input, errors)?,
        _ => hook(input)?,
    };
    input.parse::<Token![=>]>()?;
    let run = code::parse(input, workers, errors)?;
    Ok(run.map(|run| Callback {
        cfgs,
        keyword,
        span: word.span(),
        when,
        run,
    }))
}

fn timer(keyword: Keyword, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<When> {
    let content;
    let parens = parenthesized!(content in input);
    let wait = wait(keyword, &content, parens.span.join())?;
    if !content.is_empty() {
        content.parse::<Token![,]>()?;
    }
    let settings = option::read(Scope::Callback, content.parse()?, errors);
    refuse_options_of_cron(&settings, errors);
    Ok(When::Timer { wait, settings })
}

/// Reads the parentheses of `cron("0 6 * * *", options)`.
fn cron(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<When> {
    let content;
    let parens = parenthesized!(content in input);
    let Ok(written) = content.parse::<LitStr>() else {
        recover::skip(&content);
        let message = "expected a cron pattern in quotes, such as `cron(\"0 6 * * *\") => …`";
        return Err(syn::Error::new(parens.span.join(), message));
    };
    if let Err(error) = option::parse_pattern(&written) {
        recover::skip(&content);
        return Err(error);
    }
    if !content.is_empty() {
        content.parse::<Token![,]>()?;
    }
    let settings = option::read(Scope::Callback, content.parse()?, errors);
    Ok(When::Cron { written, settings })
}

/// Other callbacks have no pattern.
fn refuse_options_of_cron(settings: &Settings, errors: &mut Errors) {
    let options = ["zone", "missed"].into_iter();
    for option in options.filter_map(|name| settings.get(name)) {
        let message = format!(
            "`{}` is for `cron`, which runs at times of the day: `{}`",
            option.row.name,
            Keyword::Cron.example()
        );
        errors.at(option.span, message);
    }
}

/// Reads the period or the delay: a literal, or an expression.
fn wait(keyword: Keyword, input: ParseStream<'_>, parens: Span) -> syn::Result<Wait> {
    let no_duration = || {
        let message = "expected a duration in quotes, such as `every(\"30s\") => …`";
        syn::Error::new(parens, message)
    };
    let written = match option::literal_alone(input) {
        Some(Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        })) => text,
        Some(_) => return Err(no_duration()),
        None => {
            let code = input.parse().map_err(|_| no_duration())?;
            return Ok(Wait::Expression(Box::new(code)));
        }
    };
    let wait = option::parse_duration(&written)?;
    if keyword == Keyword::Every && wait.is_zero() {
        let message = "a period is more than no time at all";
        return Err(syn::Error::new_spanned(&written, message));
    }
    Ok(Wait::Literal(wait, written))
}

/// Reads the parentheses of `on_signal("SIGHUP", options)`.
fn signal(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<When> {
    let content;
    let parens = parenthesized!(content in input);
    let Ok(written) = content.parse::<LitStr>() else {
        recover::skip(&content);
        let message = "expected a signal in quotes, such as `on_signal(\"SIGHUP\") => …`";
        return Err(syn::Error::new(parens.span.join(), message));
    };
    let name = written.value();
    let Some((_, item)) = SIGNALS.into_iter().find(|(signal, _)| *signal == name) else {
        return Err(syn::Error::new_spanned(&written, no_signal(&name)));
    };
    if !content.is_empty() {
        content.parse::<Token![,]>()?;
    }
    let settings = option::read(Scope::Callback, content.parse()?, errors);
    if let Some(jitter) = settings.get("jitter") {
        let message = "`jitter` is for `every`, `after` and `cron`: a signal is answered at once";
        errors.at(jitter.span, message);
    }
    refuse_options_of_cron(&settings, errors);
    Ok(When::Signal {
        item,
        written,
        settings,
    })
}

/// The error about a signal that runs no callback.
fn no_signal(name: &str) -> String {
    if STOP_SIGNALS.contains(&name) {
        let stopping = Keyword::OnStopping.example();
        return format!(
            "`{name}` stops the process, and runs no other callback\n\
             for code at the begin of a stop, write `{stopping}`"
        );
    }
    let signals = || SIGNALS.into_iter().map(|(signal, _)| signal);
    let near = did_you_mean(name, signals());
    let signals = list(signals());
    format!("no signal `{name}` runs a callback{near}\nthe signals are {signals}")
}

/// Reads what stands between the keyword of a hook and its arrow.
fn hook(input: ParseStream<'_>) -> syn::Result<When> {
    let mut exit = None;
    if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        exit = Some(Box::new(content.call(Pat::parse_single)?));
    }
    Ok(When::Hook { exit })
}

/// Reads a chain and its `;`. A chain that cannot be read to its end is reported, and kept as far as it was read.
fn chain(
    cfgs: Vec<Attribute>,
    input: ParseStream<'_>,
    workers: &[Field],
    errors: &mut Errors,
) -> syn::Result<Chain> {
    let begin = input.fork();
    let mut chain = Chain {
        cfgs,
        first: ends(input)?,
        steps: Vec::new(),
    };
    if let Err(error) = steps(input, &mut chain) {
        let misspelt = misspelt_hook(&begin, workers);
        if misspelt.is_some() || chain.steps.is_empty() {
            return Err(misspelt.unwrap_or(error));
        }
        errors.push(error);
        recover::skip_statement(input, workers);
    }
    Ok(chain)
}

fn steps(input: ParseStream<'_>, chain: &mut Chain) -> syn::Result<()> {
    while let Some(arrow) = edge_arrow(input)? {
        let ends = ends(input)?;
        let adapter = adapter::parse(input)?;
        chain.steps.push(Step {
            arrow,
            ends,
            adapter,
        });
    }
    if input.peek(Token![<-]) {
        let message =
            "an arrow points from the sender to the consumer: write `b => a` for `a <- b`";
        return Err(input.error(message));
    }
    let last = last_end(chain);
    // At the end of the input the compiler would report the whole macro.
    let at = |error: syn::Error| match last {
        Some(last) if input.is_empty() => last,
        _ => error.span(),
    };
    if chain.steps.is_empty() {
        let error = input.error("expected `=>`: an edge leads from one worker to another");
        return Err(syn::Error::new(at(error.clone()), error));
    }
    input.parse::<Token![;]>().map(drop).map_err(|error| {
        let message = "expected `=>` and a worker, or `;` at the end of the statement";
        syn::Error::new(at(error), message)
    })
}

/// The place of the last name in a chain.
fn last_end(chain: &Chain) -> Option<Span> {
    let ends = chain.steps.last().map_or(&chain.first, |step| &step.ends);
    Some(match ends.last()? {
        End::Discard(span) => *span,
        End::Worker { name, port } => port.as_ref().unwrap_or(name).span(),
    })
}

/// The error about a chain that cannot be read, if it begins with a word like that of a hook.
fn misspelt_hook(begin: ParseStream<'_>, workers: &[Field]) -> Option<syn::Error> {
    let name: Ident = begin.parse().ok()?;
    if !begin.peek(Token![=>]) || workers.iter().any(|field| field.name == name) {
        return None;
    }
    let near = did_you_mean(&name.to_string(), Keyword::HOOKS.map(Keyword::word));
    let [startup, stopping, shutdown, after] = Keyword::HOOKS.map(Keyword::example);
    let message = format!(
        "no hook is called `{name}`{near}\n\
         hooks are `{startup}`, `{stopping}`, `{shutdown}` and `{after}`"
    );
    let misspelt = !near.is_empty() && Keyword::of(&name.to_string()).is_none();
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

/// Reads one end, or several in parentheses.
fn ends(input: ParseStream<'_>) -> syn::Result<Vec<End>> {
    if !input.peek(token::Paren) {
        return Ok(vec![end(input)?]);
    }
    let content;
    let parens = parenthesized!(content in input);
    let ends = Punctuated::<End, Token![,]>::parse_terminated_with(&content, end)?;
    if ends.is_empty() {
        let message = "expected the names of workers, such as `(store, report)`";
        return Err(syn::Error::new(parens.span.join(), message));
    }
    Ok(ends.into_iter().collect())
}

fn end(input: ParseStream<'_>) -> syn::Result<End> {
    if let Some(underscore) = input.parse::<Option<Token![_]>>()? {
        return Ok(End::Discard(underscore.span));
    }
    let name: Ident = input.parse().map_err(|error| {
        let message = "expected the name of a worker, several in parentheses, or `_`";
        syn::Error::new(error.span(), message)
    })?;
    if input.peek(Token![::]) {
        let message = format!("a port is written with a dot: `{name}.port`");
        return Err(input.error(message));
    }
    let port = match input.parse::<Option<Token![.]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    Ok(End::Worker { name, port })
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::*;
    use crate::group::parse::header;

    #[test]
    fn a_statement_that_cannot_be_read_leaves_the_others_intact() {
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
            let header = |input: ParseStream<'_>| header::read(input, &mut errors);
            let header = header.parse_str("struct Group { poll: Poll, store: Store }");
            let workers = header.expect("a head").fields;
            let read = |input: ParseStream<'_>| Ok(read_all(input, &workers, &mut errors));
            let (list, is_whole) = read.parse_str(written).expect("statements");
            assert_eq!(list.len(), statements, "{written}");
            assert_eq!(is_whole, whole, "{written}");
            assert_eq!(errors.count(), mistakes, "{written}");
        }
    }
}
