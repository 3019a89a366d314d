//! Options as calls of the runtime's builders.

use std::time::Duration;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::model::{Setting, Settings, Value};

impl Settings {
    /// Each option as a call: `.grace(…).capacity(…)`.
    pub(crate) fn calls(&self) -> TokenStream {
        self.calls_without("")
    }

    /// Each option but `name` as a call.
    pub(crate) fn calls_without(&self, name: &str) -> TokenStream {
        let settings = self.iter().filter(|setting| {
            let row = setting.row;
            row.name != name && row.part_of.is_none() && !row.is_code()
        });
        settings.map(|setting| self.call(setting)).collect()
    }

    /// One option as a call. The options that are parts of it are calls on its value.
    fn call(&self, setting: &Setting) -> TokenStream {
        let parts = self.iter();
        let parts = parts.filter(|part| part.row.part_of == Some(setting.row.name));
        let parts: TokenStream = parts.map(|part| self.call(part)).collect();
        let method = Ident::new(setting.row.name, setting.span);
        let value = setting.value();
        quote_spanned!(setting.span=> .#method(#value #parts))
    }
}

impl Setting {
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
            Value::Code(code) => code.to_token_stream(),
        }
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
