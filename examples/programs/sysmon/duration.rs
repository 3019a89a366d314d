//! Durations as text: `500ms`, `10s`, `1m30s`.

use std::time::Duration;

/// The units a duration may have, each with its length in milliseconds, from large to small.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// The longest duration: a hundred years, which no clock overflows with.
const LONGEST: u64 = 36_500 * 86_400_000;

/// Reads a duration such as `500ms`, `10s` or `1m30s`.
///
/// The format is strict, so that a typing error is an error: whole numbers, each with a unit, larger units first, no
/// spaces, and longer than zero in total. The error is shown to the user.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let mut total: u64 = 0;
    let mut smallest_so_far = u64::MAX;
    let mut rest = text;
    while !rest.is_empty() {
        let (count, unit, after) = split_part(rest)?;
        if unit >= smallest_so_far {
            return Err("write each unit once, the larger ones first, as in 1m30s".into());
        }
        total = count
            .checked_mul(unit)
            .and_then(|part| total.checked_add(part))
            .filter(|total| *total <= LONGEST)
            .ok_or("the duration is too long")?;
        smallest_so_far = unit;
        rest = after;
    }
    if total == 0 {
        return Err("a duration must be longer than zero, as in 500ms, 10s or 1m30s".into());
    }
    Ok(Duration::from_millis(total))
}

/// Splits `1m30s` into the count 1, the length of its unit in milliseconds, and the rest, `30s`.
fn split_part(text: &str) -> Result<(u64, u64, &str), String> {
    let (digits, rest) = split_where(text, |c| !c.is_ascii_digit());
    let (unit, rest) = split_where(rest, |c| c.is_ascii_digit());
    if digits.is_empty() {
        return Err(format!(
            "`{text}` should begin with a whole number, as in 10s"
        ));
    }
    if unit.is_empty() {
        return Err(format!("`{digits}` lacks its unit: ms, s, m, h or d"));
    }
    let count = digits
        .parse()
        .map_err(|_| format!("`{digits}` is too large a number"))?;
    let Some((_, length)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(format!("`{unit}` is not a unit: use ms, s, m, h or d"));
    };
    Ok((count, *length, rest))
}

/// Splits `text` before the first character for which `is_end` holds.
fn split_where(text: &str, is_end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(is_end).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_may_combine_all_units() {
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(parse_duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(
            parse_duration("1d2h3m4s5ms"),
            Ok(Duration::from_millis(93_784_005))
        );
        assert_eq!(parse_duration("1h0m"), Ok(Duration::from_secs(3_600)));
    }

    #[test]
    fn text_that_is_no_duration_is_refused() {
        for text in [
            "", "10", "s", "0s", "-1s", "1.5s", "1 s", " 1s", "1s ", "1S", "10sec", "1m30", "é",
        ] {
            assert!(parse_duration(text).is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn repeated_and_rising_units_are_refused() {
        assert!(parse_duration("1s1s").is_err());
        assert!(parse_duration("1s1m").is_err());
    }

    #[test]
    fn a_duration_that_overflows_is_refused() {
        assert!(parse_duration("99999999999999999999s").is_err());
        assert!(parse_duration("18446744073709551615d").is_err());
        assert!(parse_duration("213503982334d25h").is_err());
        assert!(parse_duration("36500d").is_ok());
        assert!(parse_duration("36500d1ms").is_err());
    }

    #[test]
    fn the_error_quotes_the_wrong_part() {
        assert_eq!(
            parse_duration("1m30"),
            Err("`30` lacks its unit: ms, s, m, h or d".into())
        );
        assert_eq!(
            parse_duration("10sec"),
            Err("`sec` is not a unit: use ms, s, m, h or d".into())
        );
    }
}
