//! Decides what follows a failure: a restart in this group, an escalation to the parent group, or a stop. Pure.
//! `restart.rs` then checks that the affected members can be rebuilt and that the budget is not used up.

use crate::options::OnError;
use crate::options::restart::Whom;

/// The failure of a member, with all that the decision depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failed {
    /// The `on_error` option of the member.
    pub(super) on_error: Option<OnError>,
    /// Whether the member's own budget of restarts allows another one. `None` without such a budget.
    pub(super) has_restart: Option<bool>,
    /// Whether the member stalled and its `on_stall` is `Restart`.
    pub(super) stalled: bool,
    /// The members that the strategy of the group restarts. `None` without a strategy.
    pub(super) strategy: Option<Whom>,
    /// Whether a parent group may answer a failure that this group does not answer.
    pub(super) above: bool,
}

/// The decision about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// This group restarts these members.
    Restart(Whom),
    /// The parent group decides.
    Escalate,
    /// The member ends, and its group forgets it.
    Forget,
    /// The member ends, and its group stops.
    Stop,
}

impl Answer {
    /// Whether a restart may follow, in this group or in one above.
    pub(super) fn may_restart(self) -> bool {
        matches!(self, Self::Restart(_) | Self::Escalate)
    }
}

impl Failed {
    pub(super) fn answer(self) -> Answer {
        let forgets = self.on_error == Some(OnError::Forget);
        let whom = match self.on_error {
            _ if self.has_restart == Some(false) => None,
            Some(OnError::Restart) => Some(Whom::One),
            // Only `on_stall` makes a stall a failure, so it decides.
            _ if self.stalled => Some(self.strategy.unwrap_or(Whom::One)),
            Some(OnError::Forget) => self.has_restart.map(|_| Whom::One),
            Some(OnError::Stop) => None,
            // `skip` applies to failed calls only. This failure has another cause, such as a failed `on_startup`.
            Some(OnError::Skip) | None => self.strategy,
        };
        match whom {
            Some(whom) => Answer::Restart(whom),
            None if forgets => Answer::Forget,
            None if self.above => Answer::Escalate,
            None => Answer::Stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Failed> {
        let options = [
            None,
            Some(OnError::Stop),
            Some(OnError::Skip),
            Some(OnError::Restart),
            Some(OnError::Forget),
        ];
        let strategies = [None, Some(Whom::One), Some(Whom::All), Some(Whom::Rest)];
        options.into_iter().flat_map(move |on_error| {
            strategies.into_iter().flat_map(move |strategy| {
                [(false, false), (false, true), (true, false), (true, true)].map(
                    |(stalled, above)| Failed {
                        on_error,
                        has_restart: None,
                        stalled,
                        strategy,
                        above,
                    },
                )
            })
        })
    }

    #[test]
    fn on_error_restart_restarts_only_the_member_under_every_strategy() {
        for failed in all().filter(|failed| failed.on_error == Some(OnError::Restart)) {
            assert_eq!(failed.answer(), Answer::Restart(Whom::One), "{failed:?}");
        }
    }

    #[test]
    fn on_error_stop_overrides_the_strategy_unless_the_member_stalled() {
        let stops = all().filter(|failed| failed.on_error == Some(OnError::Stop));
        for failed in stops.filter(|failed| !failed.stalled) {
            let expected = match failed.above {
                true => Answer::Escalate,
                false => Answer::Stop,
            };
            assert_eq!(failed.answer(), expected, "{failed:?}");
        }
    }

    #[test]
    fn a_stall_causes_a_restart_under_every_strategy_and_on_error() {
        for failed in all().filter(|failed| failed.stalled) {
            assert!(matches!(failed.answer(), Answer::Restart(_)), "{failed:?}");
        }
    }

    #[test]
    fn on_error_forget_restarts_only_the_member_and_only_within_its_own_budget() {
        let forgets = all().filter(|failed| failed.on_error == Some(OnError::Forget));
        for failed in forgets.filter(|failed| !failed.stalled) {
            let answer = |has_restart| {
                Failed {
                    has_restart,
                    ..failed
                }
                .answer()
            };
            assert_eq!(answer(None), Answer::Forget, "{failed:?}");
            assert_eq!(answer(Some(true)), Answer::Restart(Whom::One), "{failed:?}");
            assert_eq!(answer(Some(false)), Answer::Forget, "{failed:?}");
        }
    }

    #[test]
    fn a_member_whose_own_budget_is_used_up_is_not_restarted() {
        for failed in all() {
            let has_restart = Some(false);
            let answer = Failed {
                has_restart,
                ..failed
            }
            .answer();
            let expected = match failed {
                _ if failed.on_error == Some(OnError::Forget) => Answer::Forget,
                _ if failed.above => Answer::Escalate,
                _ => Answer::Stop,
            };
            assert_eq!(answer, expected, "{failed:?}");
        }
    }

    #[test]
    fn without_on_error_the_strategy_decides_and_then_the_parent_group() {
        for failed in all().filter(|failed| failed.on_error.is_none() && !failed.stalled) {
            let expected = match (failed.strategy, failed.above) {
                (Some(whom), _) => Answer::Restart(whom),
                (None, true) => Answer::Escalate,
                (None, false) => Answer::Stop,
            };
            assert_eq!(failed.answer(), expected, "{failed:?}");
        }
    }
}
