//! Values of options that are known only when a group is built.

use std::fmt::Display;
use std::ops::Range;
use std::time::Duration;

use crate::options::restart::Restart;

/// An option whose value is an expression in the declaration of a group. Its methods check the value and return it.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    owner: &'static str,
    option: &'static str,
    /// What the option takes.
    why: &'static str,
}

impl Given {
    /// The option of `owner`, such as ``worker `store` ``.
    pub const fn new(owner: &'static str, option: &'static str, why: &'static str) -> Self {
        Self { owner, option, why }
    }

    /// Checks that a duration is not zero.
    ///
    /// # Panics
    ///
    /// If it is.
    #[track_caller]
    pub fn duration(self, value: Duration) -> Duration {
        if value.is_zero() {
            self.refuse("0s", self.why);
        }
        value
    }

    /// Checks that a number is `least` or more.
    ///
    /// # Panics
    ///
    /// If it is not.
    #[track_caller]
    pub fn number(self, value: u32, least: u32) -> u32 {
        if value < least {
            self.refuse(value, self.why);
        }
        value
    }

    /// Checks that a size is from `least` to `most`.
    ///
    /// # Panics
    ///
    /// If it is not.
    #[track_caller]
    pub fn size(self, value: usize, least: usize, most: usize) -> usize {
        if value < least || value > most {
            self.refuse(value, self.why);
        }
        value
    }

    /// Checks the first and the last pause of a backoff.
    ///
    /// # Panics
    ///
    /// If the last one is shorter, or only the first one is zero.
    #[track_caller]
    pub fn durations(self, value: Range<Duration>) -> Range<Duration> {
        let Range { start, end } = value;
        if start > end {
            let why = "it ends with a shorter duration than it begins with";
            self.refuse(format_args!("{start:?}..{end:?}"), why);
        }
        if start.is_zero() && !end.is_zero() {
            let why = "it begins with no time at all, which doubled is still none";
            self.refuse(format_args!("{start:?}..{end:?}"), why);
        }
        value
    }

    /// Checks a number of calls in a time.
    ///
    /// # Panics
    ///
    /// If one of the two is zero.
    #[track_caller]
    pub fn rate(self, value: (u32, Duration)) -> (u32, Duration) {
        let (calls, within) = value;
        if calls == 0 {
            self.refuse(format_args!("0 in {within:?}"), "it allows nothing");
        }
        if within.is_zero() {
            self.refuse(format_args!("{calls} in 0s"), "it is in no time at all");
        }
        value
    }

    /// The strategy of a group, of which each value is right.
    pub fn strategy(self, value: Restart) -> Restart {
        value
    }

    #[track_caller]
    fn refuse(self, value: impl Display, why: &str) -> ! {
        let Self { owner, option, .. } = self;
        panic!("{owner}: `{option}` is {value}; {why}")
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn message<T>(call: fn() -> T) -> String {
        let payload = catch_unwind(|| drop(call())).expect_err("a panic");
        *payload.downcast::<String>().expect("a text")
    }

    #[test]
    fn a_wrong_value_is_reported_with_its_owner_its_option_and_the_reason() {
        const BATCH: Given = Given::new("worker `store`", "batch", "it takes a number from 1 to 9");
        const BACKOFF: Given = Given::new("group `all`", "backoff", "");
        const RATE: Given = Given::new("worker `send`", "rate", "");
        for (message, expected) in [
            (
                message(|| BATCH.size(0, 1, 9)),
                "worker `store`: `batch` is 0; it takes a number from 1 to 9",
            ),
            (
                message(|| BATCH.size(10, 1, 9)),
                "worker `store`: `batch` is 10; it takes a number from 1 to 9",
            ),
            (
                message(|| BATCH.number(0, 1)),
                "worker `store`: `batch` is 0; it takes a number from 1 to 9",
            ),
            (
                message(|| {
                    Given::new("worker `poll`", "stall", "it takes more").duration(Duration::ZERO)
                }),
                "worker `poll`: `stall` is 0s; it takes more",
            ),
            (
                message(|| BACKOFF.durations(SECOND..Duration::from_millis(5))),
                "group `all`: `backoff` is 1s..5ms; it ends with a shorter duration than it begins with",
            ),
            (
                message(|| BACKOFF.durations(Duration::ZERO..SECOND)),
                "group `all`: `backoff` is 0ns..1s; it begins with no time at all, which doubled is still none",
            ),
            (
                message(|| RATE.rate((0, SECOND))),
                "worker `send`: `rate` is 0 in 1s; it allows nothing",
            ),
            (
                message(|| RATE.rate((5, Duration::ZERO))),
                "worker `send`: `rate` is 5 in 0s; it is in no time at all",
            ),
        ] {
            assert_eq!(message, expected);
        }
    }

    #[test]
    fn a_value_at_its_bounds_is_returned() {
        let given = Given::new("worker `store`", "batch", "");
        assert_eq!(given.size(1, 1, 9), 1);
        assert_eq!(given.size(9, 1, 9), 9);
        assert_eq!(given.number(1, 1), 1);
        assert_eq!(given.durations(SECOND..SECOND), SECOND..SECOND);
        let none = Duration::ZERO..Duration::ZERO;
        assert_eq!(given.durations(none.clone()), none);
        assert_eq!(given.rate((1, SECOND)), (1, SECOND));
    }
}
