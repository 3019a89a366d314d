//! The grace period that the environment sets, and the default.

use std::env;
use std::time::Duration;

use crate::error::Error;
use crate::options::bounded;

/// The environment variable that sets the grace period of the outermost groups, in seconds.
pub(crate) const VARIABLE: &str = "FLUID_STOPPING_GRACE_PERIOD";

/// The grace period if neither the group nor the environment sets one.
pub(crate) const DEFAULT_GRACE: Duration = Duration::from_secs(10);

/// The grace period that the environment sets, if it sets one.
pub(crate) fn grace_of_environment() -> Result<Option<Duration>, Error> {
    match env::var(VARIABLE) {
        Ok(text) => parse(&text).map(Some),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(error) => Err(format!("{VARIABLE}: {error}").into()),
    }
}

fn parse(text: &str) -> Result<Duration, Error> {
    text.trim()
        .parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .map(bounded)
        .ok_or_else(|| {
            format!("{VARIABLE}: `{text}` is not a number of seconds, such as 10").into()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grace_period_is_read_as_seconds_and_other_text_is_named() {
        assert_eq!(parse("3").unwrap(), Duration::from_secs(3));
        assert_eq!(parse(" 0.25 ").unwrap(), Duration::from_millis(250));
        assert!(parse("1e18").unwrap() < Duration::MAX);
        for nonsense in ["", "ten", "-1", "NaN", "inf", "10s"] {
            let error = parse(nonsense).unwrap_err().to_string();
            assert!(
                error.contains(VARIABLE) && error.contains(nonsense),
                "{error}"
            );
        }
    }
}
