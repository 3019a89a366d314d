//! Rates as text.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::LitStr;

use super::duration::duration;

/// Reads a rate such as `100/s` or `5/10s`, and writes it as the runtime takes it: a number and a time.
pub(super) fn rate(text: &LitStr) -> syn::Result<TokenStream> {
    let value = text.value();
    let wrong = |what: &str| {
        let message =
            format!("`{value}` {what}\nwrite a number and a time, such as \"100/s\" or \"5/10s\"");
        syn::Error::new_spanned(text, message)
    };
    let Some((calls, within)) = value.split_once('/') else {
        return Err(wrong("is no rate"));
    };
    let calls: u32 = match calls.trim().replace('_', "").parse() {
        Ok(0) => return Err(wrong("allows nothing")),
        Ok(calls) => calls,
        Err(_) => return Err(wrong("does not begin with a whole number")),
    };
    let within = within.trim();
    // `s` is `1s`.
    let within = if within.starts_with(|c: char| c.is_ascii_digit()) {
        within.to_owned()
    } else {
        format!("1{within}")
    };
    let (tokens, length) = duration(&LitStr::new(&within, text.span()))
        .map_err(|_| wrong("does not end with a time"))?;
    if length.is_zero() {
        return Err(wrong("is in no time at all"));
    }
    Ok(quote_spanned!(text.span()=> #calls, #tokens))
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    #[test]
    fn rates_are_read() {
        for (written, calls, within) in [
            ("100/s", "100u32", "from_secs (1u64)"),
            ("5 / 10s", "5u32", "from_secs (10u64)"),
            ("1_000/min", "1000u32", "from_secs (60u64)"),
            ("1/250ms", "1u32", "from_millis (250u64)"),
        ] {
            let tokens = rate(&LitStr::new(written, Span::call_site())).expect(written);
            let tokens = tokens.to_string();
            assert!(tokens.starts_with(calls), "{tokens}");
            assert!(tokens.contains(within), "{tokens}");
        }
    }

    #[test]
    fn text_that_is_no_rate_is_refused() {
        for written in [
            "",
            "100",
            "/s",
            "0/s",
            "-1/s",
            "1.5/s",
            "100/",
            "100/0s",
            "100/soon",
            "99999999999/s",
        ] {
            assert!(
                rate(&LitStr::new(written, Span::call_site())).is_err(),
                "{written}"
            );
        }
    }
}
