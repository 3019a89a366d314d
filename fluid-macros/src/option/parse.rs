//! The options of one place, read.

mod cron;
mod duration;
mod rate;

use proc_macro2::{Ident, TokenStream};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, Lit, LitInt, LitStr, Token, parenthesized, token};

use super::model::{Setting, Settings, Value};
use super::row::{Choice, Kind, MORE_THAN_ZERO, ROOM, Row, Scope, range};
use crate::error::{Errors, did_you_mean, list};
use crate::text::text;
pub(crate) use cron::pattern;
use cron::zone;
pub(crate) use duration::duration;
use duration::durations;
use rate::rate;

/// Reads the options of one place. An option that is not understood is reported and left out.
pub(crate) fn read(scope: Scope, tokens: TokenStream, errors: &mut Errors) -> Settings {
    let mistakes = errors.count();
    let written = Punctuated::<Written, Token![,]>::parse_terminated.parse2(tokens);
    let written = errors.keep(written).unwrap_or_default();
    let mut list: Vec<Setting> = Vec::new();
    for written in written {
        let setting = setting(scope, &written, &list);
        list.extend(errors.keep(setting));
    }
    Settings {
        list,
        whole: errors.count() == mistakes,
    }
}

/// One option, which may not be among `others`.
fn setting(scope: Scope, written: &Written, others: &[Setting]) -> syn::Result<Setting> {
    let (name, span) = (written.name.to_string(), written.name.span());
    let Some(row) = scope.find(&name) else {
        return Err(syn::Error::new(span, unknown(scope, written)));
    };
    if others.iter().any(|other| other.row.name == row.name) {
        return Err(syn::Error::new(span, format!("`{name}` is set twice")));
    }
    Ok(Setting {
        row,
        span,
        value: value(scope, row, written)?,
        value_span: written.value.as_ref().map_or(span, Spanned::span),
    })
}

/// The error about a name that is no option of this place.
fn unknown(scope: Scope, written: &Written) -> String {
    let name = written.name.to_string();
    if let Some(meant) = scope.by_synonym(&name) {
        let meant = meant.name;
        let value = written.value.as_ref().map_or("…".to_owned(), text);
        return format!(
            "no option named `{name}`; did you mean `{meant}`?\nwrite `{meant} = {value}`"
        );
    }
    if let Some(elsewhere) = scope.elsewhere(&name) {
        return elsewhere.to_owned();
    }
    let near = did_you_mean(&name, scope.names());
    let names = list(scope.names());
    format!("no option named `{name}`{near}\nthe options of {scope} are {names}")
}

/// An option as it is written: `name`, or `name = value`.
struct Written {
    name: Ident,
    value: Option<Expr>,
}

impl Parse for Written {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name: Ident = input.parse()?;
        if input.peek(token::Paren) {
            let content;
            let parens = parenthesized!(content in input);
            let value: TokenStream = content.parse()?;
            let message = format!("an option is set with `=`: write `{name} = {value}`");
            return Err(syn::Error::new(parens.span.join(), message));
        }
        let value = match input.parse::<Option<Token![=]>>()? {
            None => None,
            Some(_) => Some(match literal_alone(input) {
                Some(literal) => literal,
                None => {
                    let at = input.span();
                    input
                        .parse()
                        .map_err(|_| syn::Error::new(at, NO_VALUE_READ))?
                }
            }),
        };
        if !input.is_empty() && !input.peek(Token![,]) {
            return Err(input.error("a comma is missing before this, or it does not belong here"));
        }
        Ok(Self { name, value })
    }
}

/// Reads a literal, if a comma or the end follows it. `1s` is a literal, though no expression that the compiler would
/// take.
pub(crate) fn literal_alone(input: ParseStream<'_>) -> Option<Expr> {
    let ahead = input.fork();
    let lit = ahead.parse().ok()?;
    let is_alone = ahead.is_empty() || ahead.peek(Token![,]);
    is_alone.then(|| {
        input.advance_to(&ahead);
        let attrs = Vec::new();
        Expr::Lit(syn::ExprLit { attrs, lit })
    })
}

const NO_VALUE_READ: &str = "an option's value is a literal, such as \"1s\" or 8, or an expression";

const NO_CONSTANT: &str = "the options of a function are literals and paths of constants: no other name is in scope\n\
     to compute a value, set the option on the worker's field in a group, where the resources are in scope: \
     `#[worker(heartbeat = config.period)] poll: Poll`";

const NO_VALUE: &str = "no value: write just its name";

fn value(scope: Scope, row: &Row, written: &Written) -> syn::Result<Value> {
    let refuse = |takes: &str| {
        let message = format!("`{}` takes {takes}", row.name);
        match &written.value {
            Some(value) => syn::Error::new_spanned(value, message),
            None => syn::Error::new(written.name.span(), message),
        }
    };
    match (row.kind, written.value.as_ref().map(without_group)) {
        (Kind::Flag, None) => Ok(Value::Flag),
        (Kind::Flag, Some(_)) => Err(refuse(NO_VALUE)),
        (Kind::Code { like }, None | Some(Expr::Lit(_))) => {
            Err(refuse(&format!("a closure, such as `{like}`")))
        }
        (Kind::Code { .. }, Some(code)) => Ok(Value::Code(code.clone())),
        (kind, Some(Expr::Lit(value))) => literal(kind, &value.lit, refuse),
        (kind, Some(_)) if row.is_literal => Err(refuse(&kind.takes())),
        (kind, Some(word)) if kind.has(word) => Err(refuse(&kind.takes())),
        (_, Some(path @ Expr::Path(_))) => Ok(Value::Expression(path.clone())),
        (_, Some(code)) if matches!(scope, Scope::Worker | Scope::Consumer) => {
            Err(syn::Error::new_spanned(code, NO_CONSTANT))
        }
        (_, Some(code)) => Ok(Value::Expression(code.clone())),
        (kind, None) => Err(refuse(&kind.takes())),
    }
}

/// An expression without the invisible groups around `$value:expr` of a declarative macro.
fn without_group(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => without_group(&group.expr),
        expr => expr,
    }
}

/// A literal as a value. `refuse` makes the error from what the option takes.
fn literal(kind: Kind, literal: &Lit, refuse: impl Fn(&str) -> syn::Error) -> syn::Result<Value> {
    match (kind, literal) {
        (Kind::Duration { zero }, Lit::Str(text)) => match duration(text)? {
            length if length.is_zero() && !zero => Err(refuse(MORE_THAN_ZERO)),
            length => Ok(Value::Duration(length)),
        },
        (Kind::Durations, Lit::Str(text)) => {
            durations(text).map(|(first, last)| Value::Durations(first, last))
        }
        (Kind::Rate, Lit::Str(text)) => {
            rate(text).map(|(calls, within)| Value::Rate { calls, within })
        }
        (Kind::Text, Lit::Str(text)) => name(text),
        (Kind::Pattern, Lit::Str(text)) => pattern(text).map(Value::Text),
        (Kind::Zone, Lit::Str(text)) => zone(text).map(Value::Text),
        (Kind::Choice(choices), Lit::Str(text)) => {
            let word = text.value();
            let choice = choices.iter().find(|choice| choice.word == word);
            choice.map(Value::Choice).ok_or_else(|| {
                let near = did_you_mean(&word, choices.iter().map(|choice| choice.word));
                refuse(&format!("{}{near}", words(choices)))
            })
        }
        (Kind::Capacity, Lit::Int(number)) => capacity(number),
        (Kind::Capacity, Lit::Str(text)) if text.value() == "unbounded" => Ok(Value::Unbounded),
        (Kind::Number { least, most } | Kind::Size { least, most }, Lit::Int(number)) => {
            match number.base10_parse() {
                Ok(value) if (least..=most).contains(&value) => Ok(Value::Number(value)),
                _ => Err(refuse(&range(least, most))),
            }
        }
        _ => Err(refuse(&kind.takes())),
    }
}

impl Kind {
    /// Whether `word` is one of the words of this kind, without its quotes.
    fn has(self, word: &Expr) -> bool {
        let Expr::Path(path) = word else {
            return false;
        };
        path.path.get_ident().is_some_and(|word| match self {
            Self::Choice(choices) => choices.iter().any(|choice| word == choice.word),
            Self::Capacity => word == "unbounded",
            _ => false,
        })
    }

    /// What an option of this kind takes.
    fn takes(self) -> String {
        let takes = match self {
            Self::Flag => NO_VALUE,
            Self::Duration { .. } => "a duration in quotes, such as \"250ms\"",
            Self::Durations => "two durations in quotes, such as \"100ms..5s\"",
            Self::Text => "a text in quotes",
            Self::Choice(choices) => return words(choices),
            Self::Capacity => "a number, or \"unbounded\"",
            Self::Number { least: 0, .. } => "a number, such as 5",
            Self::Number { .. } | Self::Size { .. } => "a number, such as 8",
            Self::Pattern => "a cron pattern in quotes, such as \"0 */5 * * * *\"",
            Self::Zone => "a time zone in quotes, such as \"Europe/Berlin\"",
            Self::Rate => "a rate in quotes, such as \"100/s\"",
            Self::Code { .. } => "code",
        };
        takes.to_owned()
    }
}

/// `` "a", "b" or "c" ``
fn words(choices: &[Choice]) -> String {
    let quoted = choices.iter().map(|choice| format!("\"{}\"", choice.word));
    let quoted: Vec<_> = quoted.collect();
    match &quoted[..] {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => quoted.concat(),
    }
}

fn name(text: &LitStr) -> syn::Result<Value> {
    let value = text.value();
    if value.is_empty() || value.contains(['/', '\n']) {
        let message =
            "a name is not empty, and is one line without `/`, which joins names in paths";
        return Err(syn::Error::new_spanned(text, message));
    }
    Ok(Value::Text(value))
}

fn capacity(number: &LitInt) -> syn::Result<Value> {
    let message = match number.base10_parse::<usize>() {
        Ok(capacity) if capacity > 0 => return Ok(Value::Number(capacity as u64)),
        Err(_) if !number.base10_digits().starts_with('-') => {
            "no queue is as large: write a smaller number, or \"unbounded\""
        }
        _ => ROOM,
    };
    Err(syn::Error::new_spanned(number, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::option::check;

    #[test]
    fn another_word_for_an_option_is_answered_with_its_name() {
        for (scope, written, expected) in [
            (
                Scope::Worker,
                "every = \"1s\"",
                "no option named `every`; did you mean `heartbeat`?\nwrite `heartbeat = \"1s\"`",
            ),
            (
                Scope::Field,
                "queue_size = 8",
                "no option named `queue_size`; did you mean `capacity`?\nwrite `capacity = 8`",
            ),
            (
                Scope::Consumer,
                "every = \"1s\"",
                "a consumer has no heartbeat: it is called for each message\n\
                 for a function that is called at each beat, write `#[worker(heartbeat = …)]`",
            ),
        ] {
            let mut errors = Errors::default();
            read(scope, written.parse().expect("tokens"), &mut errors);
            let tokens = errors.into_tokens().to_string();
            let expected = format!("{expected:?}");
            assert!(tokens.contains(&expected), "{tokens}");
        }
    }

    #[test]
    fn a_heartbeat_that_is_not_understood_is_one_mistake() {
        for (written, mistakes) in [
            ("heartbeat = \"1s\", jitter = \"1s\"", 0),
            ("jitter = \"1s\"", 1),
            ("hearbeat = \"1s\", jitter = \"1s\", pace = \"rate\"", 1),
            ("heartbeat = 1s, jitter = \"1s\"", 1),
        ] {
            let mut errors = Errors::default();
            let tokens = written.parse().expect("tokens");
            let settings = read(Scope::Worker, tokens, &mut errors);
            check(Scope::Worker, &settings, &mut errors);
            assert_eq!(errors.count(), mistakes, "{written}");
        }
    }
}
