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

/// A duration as the runtime takes it, and as a number.
type Read = (TokenStream, Duration);

/// Reads two durations such as `100ms..5s`, the first no longer than the last; a single one stands for
/// both.
pub(crate) fn span(text: &LitStr) -> syn::Result<(Read, Read)> {
    let value = text.value();
    let Some((first, last)) = value.split_once("..") else {
        let both = duration(text)?;
        return Ok((both.clone(), both));
    };
    let wrong = |message: &str| {
        let message =
            format!("`{value}` {message}\nwrite the first and the last, such as \"100ms..5s\"");
        syn::Error::new_spanned(text, message)
    };
    let read = |part: &str, which: &str| {
        if part.trim().is_empty() {
            return Err(wrong(&format!("has no {which} duration")));
        }
        duration(&LitStr::new(part.trim(), text.span()))
    };
    let (first, last) = (read(first, "first")?, read(last, "last")?);
    if first.1 > last.1 {
        return Err(wrong("ends with a shorter duration than it begins with"));
    }
    if first.1.is_zero() && !last.1.is_zero() {
        return Err(wrong(
            "begins with no time at all, which doubled is still none",
        ));
    }
    Ok((first, last))
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
    fn text_that_is_no_duration_is_refused_with_a_remedy() {
        for text in ["", "5", "s", "-1s", "1 parsec", "1s1s", "1.5", "one second"] {
            let message = parse(text).unwrap_err();
            assert!(
                message.contains(text) && message.contains("250ms"),
                "{message}"
            );
        }
    }

    #[test]
    fn spans_are_read_and_one_duration_stands_for_both() {
        let read = |text: &str| {
            let text = LitStr::new(text, proc_macro2::Span::call_site());
            span(&text).map(|((_, first), (_, last))| (first.as_millis(), last.as_millis()))
        };
        assert_eq!(read("100ms..5s").unwrap(), (100, 5000));
        assert_eq!(read("1s .. 1m 30s").unwrap(), (1000, 90_000));
        assert_eq!(read("200ms").unwrap(), (200, 200));
        assert_eq!(read("0s").unwrap(), (0, 0));
        for (text, part) in [
            ("..5s", "has no first duration"),
            ("100ms..", "has no last duration"),
            ("5s..100ms", "ends with a shorter duration"),
            ("0s..1s", "begins with no time at all"),
            ("100ms..soon", "`soon` is no duration"),
            ("1s..2s..3s", "is no duration"),
            ("1s...2s", "is no duration"),
            ("100..200", "`100` is no duration"),
        ] {
            let message = read(text).unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
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
