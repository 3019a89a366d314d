//! Durations as text.

use std::time::Duration;

use syn::LitStr;

/// Reads a duration such as `1h 30m`.
pub(crate) fn duration(text: &LitStr) -> syn::Result<Duration> {
    parse(&text.value()).map_err(|message| syn::Error::new_spanned(text, message))
}

/// Reads two durations such as `100ms..5s`, of which the first is not the longer one. A single duration is both.
pub(super) fn durations(text: &LitStr) -> syn::Result<(Duration, Duration)> {
    let value = text.value();
    let Some((first, last)) = value.split_once("..") else {
        let both = duration(text)?;
        return Ok((both, both));
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
    if first > last {
        return Err(wrong("ends with a shorter duration than it begins with"));
    }
    if first.is_zero() && !last.is_zero() {
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
    // `humantime` accepts `1s1s`, which is never what was meant.
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
    fn a_text_that_is_no_duration_is_refused_with_a_remedy() {
        for text in ["", "5", "s", "-1s", "1 parsec", "1s1s", "1.5", "one second"] {
            let message = parse(text).unwrap_err();
            assert!(
                message.contains(text) && message.contains("250ms"),
                "{message}"
            );
        }
    }

    #[test]
    fn two_durations_are_read_and_one_is_both() {
        let read = |text: &str| {
            let text = LitStr::new(text, proc_macro2::Span::call_site());
            durations(&text).map(|(first, last)| (first.as_millis(), last.as_millis()))
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
}
