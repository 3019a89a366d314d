//! Rates as text.

use std::time::Duration;

use syn::LitStr;

use super::duration::duration;

/// Reads a rate such as `100/s` or `5/10s`: a number of calls, and a time.
pub(super) fn rate(text: &LitStr) -> syn::Result<(u32, Duration)> {
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
    let length = duration(&LitStr::new(&within, text.span()))
        .map_err(|_| wrong("does not end with a time"))?;
    if length.is_zero() {
        return Err(wrong("is in no time at all"));
    }
    Ok((calls, length))
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    #[test]
    fn rates_are_read() {
        for (written, calls, within) in [
            ("100/s", 100, Duration::from_secs(1)),
            ("5 / 10s", 5, Duration::from_secs(10)),
            ("1_000/min", 1000, Duration::from_secs(60)),
            ("1/250ms", 1, Duration::from_millis(250)),
        ] {
            let rate = rate(&LitStr::new(written, Span::call_site())).expect(written);
            assert_eq!(rate, (calls, within), "{written}");
        }
    }

    #[test]
    fn a_text_that_is_no_rate_is_refused() {
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
