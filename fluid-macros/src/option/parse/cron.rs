//! Cron patterns and time zones.

use syn::LitStr;

/// Checks a pattern. The error has the reason of the crate that reads it.
#[cfg(feature = "cron")]
pub(crate) fn pattern(text: &LitStr) -> syn::Result<String> {
    let value = text.value();
    match value.parse::<croner::Cron>() {
        Ok(_) => Ok(value),
        Err(reason) => {
            let reason = reason.to_string();
            // The kind of the error says no more than the rest.
            let reason = reason.split_once(": ").map_or(&*reason, |(_, why)| why);
            let message = format!(
                "no cron pattern: {}\n\
                 a pattern is minute, hour, day of the month, month and day of the week, such as \"30 6 * * MON-FRI\", \
                 with seconds before them or not",
                reason.trim_end_matches('.')
            );
            Err(syn::Error::new_spanned(text, message))
        }
    }
}

/// Without the feature no pattern can be read.
#[cfg(not(feature = "cron"))]
pub(crate) fn pattern(text: &LitStr) -> syn::Result<String> {
    let message = "`cron` needs the feature `cron` of the crate `fluid`\n\
         write in `Cargo.toml`: `fluid = { version = \"…\", features = [\"cron\"] }`";
    Err(syn::Error::new_spanned(text, message))
}

/// Checks the form of a time zone. Whether a name exists is known on the machine where the program runs.
pub(super) fn zone(text: &LitStr) -> syn::Result<String> {
    let value = text.value();
    let is_name = !value.is_empty()
        && value
            .split('/')
            .all(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()))
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/_+-".contains(c));
    if is_name || is_offset(&value) {
        return Ok(value);
    }
    let message = "no time zone: it is \"UTC\", \"local\", an offset such as \"+02:00\", or a name such as \"Europe/Berlin\"";
    Err(syn::Error::new_spanned(text, message))
}

/// `+02:00`, up to a day.
fn is_offset(text: &str) -> bool {
    let Some((hours, minutes)) = text
        .strip_prefix(['+', '-'])
        .and_then(|text| text.split_once(':'))
    else {
        return false;
    };
    let number =
        |text: &str, most| text.len() == 2 && text.parse::<u8>().is_ok_and(|number| number <= most);
    number(hours, 23) && number(minutes, 59)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_utc_local_an_offset_or_a_name() {
        for (written, is_zone) in [
            ("UTC", true),
            ("local", true),
            ("+02:00", true),
            ("-11:30", true),
            ("Europe/Berlin", true),
            ("America/Argentina/Buenos_Aires", true),
            ("Etc/GMT+5", true),
            ("", false),
            ("+2", false),
            ("+24:00", false),
            ("+02:60", false),
            ("Europe/", false),
            ("Europe Berlin", false),
        ] {
            let text = LitStr::new(written, proc_macro2::Span::call_site());
            assert_eq!(zone(&text).is_ok(), is_zone, "{written}");
        }
    }
}
