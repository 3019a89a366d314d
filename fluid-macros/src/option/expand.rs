//! Options as calls of the runtime's builders.

use std::time::Duration;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;

use super::model::{Setting, Settings, Value};
use super::row::{Kind, MORE_THAN_ZERO, ROOM, range};

/// Where options are written, which decides what becomes of values that are expressions.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// In a constant of a function: a path is evaluated there, and checked by the runtime's builder.
    Function,
    /// In the constant `GRAPH`: only literals are known.
    Graph,
    /// In the constructor of a group, which checks the value.
    Constructor {
        /// What has the option, such as ``worker `store` ``.
        owner: &'a str,
        /// Puts into the scope of an expression what it uses.
        in_scope: &'a dyn Fn(&Expr) -> TokenStream,
    },
}

impl Settings {
    /// Each option as a call: `.grace(…).capacity(…)`.
    pub(crate) fn calls(&self, place: Place<'_>) -> TokenStream {
        self.calls_without("", place)
    }

    /// Each option but `name` as a call.
    pub(crate) fn calls_without(&self, name: &str, place: Place<'_>) -> TokenStream {
        let settings = self.iter().filter(|setting| {
            let row = setting.row;
            let is_known = setting.expression().is_none() || !matches!(place, Place::Graph);
            row.name != name && row.part_of.is_none() && !row.is_code() && is_known
        });
        settings.map(|setting| self.call(setting, place)).collect()
    }

    /// One option as a call. The options that are parts of it are calls on its value.
    fn call(&self, setting: &Setting, place: Place<'_>) -> TokenStream {
        let parts = self.iter();
        let parts = parts.filter(|part| part.row.part_of == Some(setting.row.name));
        let parts: TokenStream = parts.map(|part| self.call(part, place)).collect();
        let Some(expr) = setting.expression() else {
            let method = Ident::new(setting.row.name, setting.span);
            let value = setting.value();
            return quote_spanned!(setting.span=> .#method(#value #parts));
        };
        // These two take two arguments, and an expression is one.
        let method = match setting.row.kind {
            Kind::Durations => "backoff_range",
            Kind::Rate => "rate_of",
            _ => setting.row.name,
        };
        let method = Ident::new(method, setting.span);
        let value = match place {
            Place::Function | Place::Graph => expr.to_token_stream(),
            Place::Constructor { owner, in_scope } => setting.checked(owner, in_scope(expr)),
        };
        quote_spanned!(setting.span=> .#method(#value #parts))
    }
}

impl Setting {
    /// A value that is known at run time, with its check.
    fn checked(&self, owner: &str, value: TokenStream) -> TokenStream {
        let number = Literal::u64_unsuffixed;
        let (method, bounds, why) = match self.row.kind {
            Kind::Duration { zero: false } => {
                ("duration", None, format!("it takes {MORE_THAN_ZERO}"))
            }
            Kind::Durations => ("durations", None, String::new()),
            Kind::Rate => ("rate", None, String::new()),
            Kind::Number { least, most } if least > 0 => {
                let why = format!("it takes {}", range(least, most));
                let least = number(least);
                ("number", Some(quote!(, #least)), why)
            }
            Kind::Size { least, most } => {
                let why = format!("it takes {}", range(least, most));
                let (least, most) = (number(least), number(most));
                ("size", Some(quote!(, #least, #most)), why)
            }
            Kind::Capacity => {
                let most = quote!(::core::primitive::usize::MAX);
                ("size", Some(quote!(, 1, #most)), ROOM.to_owned())
            }
            Kind::Choice([first, ..]) if first.is_function => ("strategy", None, String::new()),
            _ => return value,
        };
        given(
            self.row.name,
            self.span,
            owner,
            &why,
            method,
            &quote!(#value #bounds),
        )
    }

    /// The value as arguments of the call.
    pub(crate) fn value(&self) -> TokenStream {
        let span = self.value_span;
        let number = |mut literal: Literal| {
            literal.set_span(span);
            literal
        };
        match &self.value {
            Value::Flag => TokenStream::new(),
            Value::Duration(length) => duration(*length, span),
            Value::Durations(first, last) => {
                let (first, last) = (duration(*first, span), duration(*last, span));
                quote!(#first, #last)
            }
            Value::Rate { calls, within } => {
                let (calls, within) = (
                    number(Literal::u32_unsuffixed(*calls)),
                    duration(*within, span),
                );
                quote!(#calls, #within)
            }
            Value::Number(value) => number(Literal::u64_unsuffixed(*value)).to_token_stream(),
            Value::Unbounded => quote_spanned!(span=> ::core::primitive::usize::MAX),
            Value::Text(text) => number(Literal::string(text)).to_token_stream(),
            Value::Choice(choice) => {
                let (ty, item) = (Ident::new(choice.ty, span), Ident::new(choice.item, span));
                let parens = choice.is_function.then(|| quote_spanned!(span=> ()));
                quote_spanned!(span=> ::fluid::__private::#ty::#item #parens)
            }
            Value::Code(code) | Value::Expression(code) => code.to_token_stream(),
        }
    }
}

/// The period or the delay of a callback, which is known at run time, with its check.
pub(crate) fn checked_wait(
    wait: &TokenStream,
    word: &str,
    zero: bool,
    span: Span,
    owner: &str,
) -> TokenStream {
    if zero {
        return wait.clone();
    }
    let why = format!("it takes {MORE_THAN_ZERO}");
    given(word, span, owner, &why, "duration", wait)
}

/// `Given::new("worker `store`", "batch", "it takes …").size(…)`
fn given(
    option: &str,
    span: Span,
    owner: &str,
    why: &str,
    method: &str,
    arguments: &TokenStream,
) -> TokenStream {
    let method = Ident::new(method, span);
    quote_spanned! {span=>
        ::fluid::__private::Given::new(#owner, #option, #why).#method(#arguments)
    }
}

/// A duration as the shortest constructor that is exact.
pub(crate) fn duration(length: Duration, span: Span) -> TokenStream {
    let (whole, nanos) = (length.as_secs(), length.subsec_nanos());
    let seconds = Literal::u64_unsuffixed(whole);
    if nanos == 0 {
        return quote_spanned!(span=> ::core::time::Duration::from_secs(#seconds));
    }
    match u64::try_from(length.as_millis()) {
        Ok(millis) if nanos % 1_000_000 == 0 => {
            let millis = Literal::u64_unsuffixed(millis);
            quote_spanned!(span=> ::core::time::Duration::from_millis(#millis))
        }
        _ => {
            let nanos = Literal::u32_unsuffixed(nanos);
            quote_spanned!(span=> ::core::time::Duration::new(#seconds, #nanos))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_written_by_the_shortest_exact_constructor() {
        for (length, expected) in [
            (Duration::from_secs(2), "from_secs (2)"),
            (Duration::from_millis(1005), "from_millis (1005)"),
            (Duration::from_micros(3), "new (0 , 3000)"),
            (
                Duration::new(u64::MAX, 1_000_000),
                "new (18446744073709551615 , 1000000)",
            ),
        ] {
            let tokens = duration(length, Span::call_site());
            assert!(tokens.to_string().ends_with(expected), "{tokens}");
        }
    }
}
