//! Durations as text.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::LitStr;

/// Reads a duration such as `1h 30m`, and writes it as the shortest exact constructor.
pub(crate) fn duration(text: &LitStr) -> syn::Result<(TokenStream, Duration)> {
    let length = parse(&text.value()).map_err(|message| syn::Error::new_spanned(text, message))?;
    let span = text.span();
    let (whole, nanos) = (length.as_secs(), length.subsec_nanos());
    let tokens = if nanos == 0 {
        quote_spanned!(span=> ::core::time::Duration::from_secs(#whole))
    } else if nanos % 1_000_000 == 0 && length.as_millis() <= u128::from(u64::MAX) {
        let millis = length.as_millis() as u64;
        quote_spanned!(span=> ::core::time::Duration::from_millis(#millis))
    } else {
        quote_spanned!(span=> ::core::time::Duration::new(#whole, #nanos))
    };
    Ok((tokens, length))
}

fn parse(text: &str) -> Result<Duration, String> {
    const REMEDY: &str = "write a number and a unit, such as \"250ms\", \"30s\" or \"1h 30m\"";
    let length = humantime::parse_duration(text)
        .map_err(|error| format!("`{text}` is no duration: {error}\n{REMEDY}"))?;
    // `1s1s` is accepted by the parser, and is never what was meant.
    let units: Vec<&str> = text
        .split(|c: char| !c.is_alphabetic())
        .filter(|unit| !unit.is_empty())
        .collect();
    match units
        .iter()
        .enumerate()
        .find(|(at, unit)| units[..*at].contains(unit))
    {
        Some((_, unit)) => Err(format!("`{text}` names the unit `{unit}` twice\n{REMEDY}")),
        None => Ok(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, expected) in [
            ("250ms", Duration::from_millis(250)),
            ("1h 30m", Duration::from_secs(5400)),
            ("1h30m", Duration::from_secs(5400)),
            ("0s", Duration::ZERO),
            ("15us", Duration::from_micros(15)),
        ] {
            assert_eq!(parse(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_with_a_remedy() {
        for text in ["", "5", "s", "-1s", "1 parsec", "1s1s", "1.5", "one second"] {
            let message = parse(text).unwrap_err();
            assert!(
                message.contains(text) && message.contains("250ms"),
                "{message}"
            );
        }
    }

    #[test]
    fn the_shortest_exact_constructor_is_written() {
        for (text, expected) in [
            ("2s", "from_secs (2u64)"),
            ("1s 5ms", "from_millis (1005u64)"),
            ("3us", "new (0u64 , 3000u32)"),
        ] {
            let text = LitStr::new(text, proc_macro2::Span::call_site());
            let (tokens, _) = duration(&text).unwrap();
            assert!(tokens.to_string().ends_with(expected), "{tokens}");
        }
    }
}
