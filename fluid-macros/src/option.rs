//! Options: what stands in the parentheses of an attribute or of a callback.

mod duration;
mod rate;
mod strategy;
mod table;
mod together;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Lit, LitInt, LitStr, Token};

use crate::error::{Errors, did_you_mean, list};
pub(crate) use duration::{duration, span};
use rate::rate;
pub(crate) use table::Scope;
use table::{Kind, Known};
pub(crate) use together::WITHOUT_STALL;

/// One option that was understood: its name, and its value as the runtime takes it.
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    pub(crate) span: Span,
    pub(crate) consumer_only: bool,
    value: TokenStream,
    /// The value is code, which the runtime's options do not hold.
    is_code: bool,
}

impl Setting {
    /// The value, as the runtime takes it.
    pub(crate) fn value(&self) -> &TokenStream {
        &self.value
    }
}

/// The options of one place, in the order in which they were written.
#[derive(Default)]
pub(crate) struct Settings(Vec<Setting>);

impl Settings {
    pub(crate) fn get(&self, name: &str) -> Option<&Setting> {
        self.0.iter().find(|setting| setting.name == name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each option as a call on the runtime's options: `.grace(…).capacity(…)`.
    pub(crate) fn calls(&self) -> TokenStream {
        self.calls_but("")
    }

    /// The same, without the option `name`.
    pub(crate) fn calls_but(&self, name: &str) -> TokenStream {
        let settings = self.0.iter();
        let settings = settings.filter(|setting| setting.name != name && !setting.is_code);
        let calls = settings.map(
            |Setting {
                 name, span, value, ..
             }| {
                let method = Ident::new(name, *span);
                quote_spanned!(*span=> .#method(#value))
            },
        );
        calls.collect()
    }
}

/// Reads and checks the options of one place.
pub(crate) fn read(scope: Scope, tokens: TokenStream, errors: &mut Errors) -> Settings {
    let mut settings = Settings::default();
    let mistakes = errors.count();
    let Some(written) =
        errors.keep(Punctuated::<Written, Token![,]>::parse_terminated.parse2(tokens))
    else {
        return settings;
    };
    let restarts = written.iter().any(|written| written.name == "restart");
    for written in written {
        let name = written.name.to_string();
        let Some(known) = scope.find(&name) else {
            errors.at(written.name.span(), unknown(scope, &name));
            continue;
        };
        if settings.get(known.name).is_some() {
            errors.at(written.name.span(), format!("`{name}` is set twice"));
            continue;
        }
        if let Some(value) = errors.keep(value(known, &written)) {
            let span = written.name.span();
            let consumer_only = known.consumer_only;
            settings.0.push(Setting {
                name: known.name,
                span,
                consumer_only,
                value,
                is_code: matches!(known.kind, Kind::Code { .. }),
            });
        }
    }
    // What was not understood may be the option that another one needs.
    if errors.count() == mistakes {
        together::check(scope, &settings, errors);
    }
    if scope == Scope::Group {
        strategy::gather(&mut settings, restarts, errors);
    }
    settings
}

fn unknown(scope: Scope, name: &str) -> String {
    if let Some(elsewhere) = scope.elsewhere(name) {
        return elsewhere.to_owned();
    }
    let near = did_you_mean(name, scope.names());
    let names = list(scope.names());
    format!("no option named `{name}`{near}\nthe options of {scope} are {names}")
}

/// An option as it is written: `name`, or `name = value`.
struct Written {
    name: Ident,
    value: Option<Value>,
}

enum Value {
    Literal(Lit),
    Code(Expr),
}

impl Parse for Written {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(_) if input.peek(Lit) => Some(Value::Literal(input.parse()?)),
            Some(_) => {
                let at = input.span();
                let code = input.parse().map_err(|_| syn::Error::new(at, NO_LITERAL))?;
                Some(Value::Code(code))
            }
            None => None,
        };
        Ok(Self { name, value })
    }
}

const NO_LITERAL: &str = "an option's value is a literal, such as \"1s\" or 8";

fn value(known: &Known, written: &Written) -> syn::Result<TokenStream> {
    let name = known.name;
    let wrong = |what: &str| match &written.value {
        Some(Value::Literal(value)) => {
            syn::Error::new_spanned(value, format!("`{name}` takes {what}"))
        }
        Some(Value::Code(value)) => {
            syn::Error::new_spanned(value, format!("`{name}` takes {what}"))
        }
        None => syn::Error::new(written.name.span(), format!("`{name}` takes {what}")),
    };
    let literal = match (&written.value, known.kind) {
        (Some(Value::Code(code)), Kind::Code { .. }) => return Ok(code.to_token_stream()),
        (_, Kind::Code { like }) => return Err(wrong(&format!("a closure, such as `{like}`"))),
        (Some(Value::Code(code)), _) if !matches!(known.kind, Kind::Flag) => {
            return Err(syn::Error::new_spanned(code, NO_LITERAL));
        }
        (Some(Value::Literal(literal)), _) => Some(literal),
        (Some(Value::Code(_)), _) => return Err(wrong("no value: write just its name")),
        (None, _) => None,
    };
    match (known.kind, literal) {
        (Kind::Flag, None) => Ok(TokenStream::new()),
        (Kind::Flag, Some(_)) => Err(wrong("no value: write just its name")),
        (Kind::Duration { zero }, Some(Lit::Str(text))) => {
            let (tokens, length) = duration(text)?;
            if length.is_zero() && !zero {
                return Err(wrong("more than no time at all"));
            }
            Ok(tokens)
        }
        (Kind::Duration { .. }, _) => Err(wrong("a duration in quotes, such as \"250ms\"")),
        (Kind::Text, Some(Lit::Str(text))) => text_value(text),
        (Kind::Text, _) => Err(wrong("a text in quotes")),
        (Kind::Choice(choices), Some(Lit::Str(text))) => {
            let choice = choices.iter().find(|(choice, ..)| *choice == text.value());
            let Some((_, of, variant)) = choice else {
                let names = choices.iter().map(|(choice, ..)| *choice);
                let near = did_you_mean(&text.value(), names.clone());
                return Err(wrong(&format!("{}{near}", or(names))));
            };
            let (of, variant) = (
                Ident::new(of, text.span()),
                Ident::new(variant, text.span()),
            );
            Ok(quote_spanned!(text.span()=> ::fluid::__private::#of::#variant))
        }
        (Kind::Choice(choices), _) => Err(wrong(&or(choices.iter().map(|(choice, ..)| *choice)))),
        (Kind::Capacity, Some(Lit::Int(number))) => capacity(number),
        (Kind::Capacity, Some(Lit::Str(text))) if text.value() == "unbounded" => {
            Ok(quote_spanned!(text.span()=> ::core::primitive::usize::MAX))
        }
        (Kind::Capacity, _) => Err(wrong("a number, or \"unbounded\"")),
        (Kind::Number, Some(Lit::Int(number))) => {
            let fits = number.base10_parse::<u32>().is_ok();
            let tokens = number.to_token_stream();
            fits.then_some(tokens)
                .ok_or_else(|| wrong("a number up to 4294967295"))
        }
        (Kind::Number, _) => Err(wrong("a number, such as 5")),
        (Kind::Span, Some(Lit::Str(text))) => {
            let ((first, _), (last, _)) = span(text)?;
            Ok(quote_spanned!(text.span()=> #first, #last))
        }
        (Kind::Span, _) => Err(wrong("two durations in quotes, such as \"100ms..5s\"")),
        (Kind::Rate, Some(Lit::Str(text))) => rate(text),
        (Kind::Rate, _) => Err(wrong("a rate in quotes, such as \"100/s\"")),
        (Kind::Count { most }, Some(Lit::Int(number))) => {
            let fits = number
                .base10_parse::<u64>()
                .is_ok_and(|n| (1..=most).contains(&n));
            let tokens = number.to_token_stream();
            fits.then_some(tokens)
                .ok_or_else(|| wrong(&format!("a number from 1 to {most}")))
        }
        (Kind::Count { .. }, _) => Err(wrong("a number, such as 8")),
        (Kind::Code { .. }, _) => Err(wrong("code")),
    }
}

fn text_value(text: &LitStr) -> syn::Result<TokenStream> {
    let value = text.value();
    if value.is_empty() || value.contains(['/', '\n']) {
        let message =
            "a name is not empty, and is one line without `/`, which joins names in paths";
        return Err(syn::Error::new_spanned(text, message));
    }
    Ok(text.to_token_stream())
}

fn capacity(number: &LitInt) -> syn::Result<TokenStream> {
    if number.base10_digits().starts_with('-') || number.base10_digits() == "0" {
        return Err(syn::Error::new_spanned(
            number,
            "a queue needs room for at least one message: write 1 or more",
        ));
    }
    match number.base10_parse::<usize>() {
        Ok(_) => Ok(number.to_token_stream()),
        Err(_) => Err(syn::Error::new_spanned(
            number,
            "no queue is as large: write a smaller number, or \"unbounded\"",
        )),
    }
}

/// `` "a", "b" or "c" ``
fn or(choices: impl Iterator<Item = &'static str>) -> String {
    let quoted: Vec<_> = choices.map(|choice| format!("\"{choice}\"")).collect();
    match &quoted[..] {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => quoted.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heartbeat_that_cannot_be_read_is_one_error() {
        for (written, mistakes) in [
            ("heartbeat = \"1s\", jitter = \"1s\"", 0),
            ("jitter = \"1s\"", 1),
            ("hearbeat = \"1s\", jitter = \"1s\", pace = \"rate\"", 1),
            ("heartbeat = 1s, jitter = \"1s\"", 1),
        ] {
            let mut errors = Errors::default();
            read(Scope::Worker, written.parse().expect("tokens"), &mut errors);
            assert_eq!(errors.count(), mistakes, "{written}");
        }
    }
}
