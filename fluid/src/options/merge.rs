//! Merging the options of a worker with those that its group sets.

use std::time::Duration;

use super::Options;

/// A set of options, as one bit for each [`Setting`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OptionSet(u32);

impl OptionSet {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(u32::MAX);

    pub(super) const fn with(self, setting: Setting) -> Self {
        Self(self.0 | 1 << setting as u32)
    }

    const fn has(self, setting: Setting) -> bool {
        self.0 & 1 << setting as u32 != 0
    }
}

macro_rules! settings {
    ($($setting:ident => $field:ident,)*) => {
        /// An option that can be set.
        #[derive(Clone, Copy)]
        pub(super) enum Setting {
            Name,
            $($setting,)*
        }

        impl Options {
            /// These options, with each option that `over` sets replaced. The name is that of `over` alone: a member
            /// is added under a name that overrides the name of its type. A function stays stateful or blocking.
            pub(crate) const fn merged(mut self, over: Self) -> Self {
                // An option that is missing below does not compile.
                let Self { set: _, name, blocking, stateful, $($field: _,)* } = over;
                self.name = name;
                self.blocking |= blocking;
                self.stateful |= stateful;
                $(
                    if over.set.has(Setting::$setting) {
                        self.set = self.set.with(Setting::$setting);
                        self.$field = over.$field;
                    }
                )*
                // A worker has a heartbeat or a pattern: the one that was set last.
                if over.set.has(Setting::Cron) {
                    self.heartbeat = Duration::ZERO;
                } else if over.set.has(Setting::Heartbeat) {
                    self.cron = None;
                }
                self
            }
        }
    };
}

settings! {
    Grace => grace,
    CloseAfter => close_after,
    Stop => stop,
    Timeout => timeout,
    Stall => stall,
    OnStall => on_stall,
    Heartbeat => heartbeat,
    Pace => pace,
    Jitter => jitter,
    Cron => cron,
    Zone => zone,
    Missed => missed,
    OnError => on_error,
    MaxRestarts => max_restarts,
    Within => within,
    OnExit => on_exit,
    OnLost => on_lost,
    Capacity => capacity,
    Overflow => overflow,
    Concurrency => concurrency,
    Batch => batch,
    Linger => linger,
    MaxWeight => max_weight,
    Retry => retry,
    Backoff => backoff,
    RetryIn => retry_in,
    Rate => rate,
    Burst => burst,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::OptionSet;
    use crate::options::{
        OnError, OnExit, OnLost, OnStall, Options, Overflow, Pace, RetryIn, StopOrder,
    };

    const OWN: Options = Options::new()
        .name("own")
        .heartbeat(Duration::from_secs(1))
        .capacity(5)
        .stateful();

    #[test]
    fn options_that_are_not_set_keep_the_value_of_the_worker() {
        let merged = OWN.merged(Options::new().on_error(OnError::Skip));
        assert_eq!(merged, OWN.on_error(OnError::Skip).unnamed());
    }

    #[test]
    fn an_option_that_is_set_to_its_default_overrides_the_value_of_the_worker() {
        assert_eq!(OWN.merged(Options::new().capacity(1024)).capacity, 1024);
    }

    #[test]
    fn replacing_options_override_all_but_what_the_worker_is() {
        let merged = OWN.blocking().merged(Options::replacing().capacity(7));
        let expected = Options::replacing().capacity(7).stateful().blocking();
        assert_eq!(merged.values(), expected.values());
    }

    #[test]
    fn every_option_that_is_set_overrides_the_value_of_the_worker() {
        let second = Duration::from_secs(1);
        let all = Options::new()
            .name("all")
            .grace(second)
            .close_after(second)
            .stop(StopOrder::Last)
            .timeout(second)
            .stall(second)
            .on_stall(OnStall::Restart)
            .heartbeat(second)
            .pace(Pace::Rate)
            .jitter(second)
            .blocking()
            .on_error(OnError::Skip)
            .max_restarts(7)
            .within(second)
            .on_exit(OnExit::Ignore)
            .on_lost(OnLost::Ignore)
            .capacity(7)
            .overflow(Overflow::DropNewest)
            .concurrency(7)
            .batch(7)
            .linger(second)
            .max_weight(7)
            .retry_in(RetryIn::Queue)
            .retry(7)
            .backoff(second, second)
            .rate(7, second)
            .burst(7)
            .stateful();
        assert_eq!(Options::new().merged(all).values(), all.values());
    }

    #[test]
    fn merging_the_own_options_changes_nothing() {
        assert_eq!(OWN.merged(OWN), OWN);
    }

    impl Options {
        /// The values alone.
        const fn values(mut self) -> Self {
            self.set = OptionSet::NONE;
            self
        }

        const fn unnamed(mut self) -> Self {
            self.name = None;
            self
        }
    }
}
