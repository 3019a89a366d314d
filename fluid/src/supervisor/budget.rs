//! The restart budget of a group or of a member. Pure.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Allows at most `most` restarts in every period of the length `within`.
#[derive(Debug)]
pub(super) struct Budget {
    most: u32,
    within: Duration,
    /// The times of the restarts that still count, the oldest first.
    spent: VecDeque<Instant>,
}

impl Budget {
    pub(super) fn new(most: u32, within: Duration) -> Self {
        Self {
            most,
            within,
            spent: VecDeque::new(),
        }
    }

    /// Whether one restart is left at `now`.
    pub(super) fn has_left(&self, now: Instant) -> bool {
        let counts = |at: &&Instant| now.saturating_duration_since(**at) < self.within;
        self.spent.iter().filter(counts).count() < self.most as usize
    }

    /// Spends one restart at `now`. Returns `false` if none is left.
    pub(super) fn spend(&mut self, now: Instant) -> bool {
        while let Some(&first) = self.spent.front()
            && now.saturating_duration_since(first) >= self.within
        {
            self.spent.pop_front();
        }
        let left = self.spent.len() < self.most as usize;
        if left {
            self.spent.push_back(now);
        }
        left
    }

    /// Makes the budget full again.
    pub(super) fn renew(&mut self) {
        self.spent.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sequence of up to `length` intervals of 0 to 3 seconds.
    fn sequences(length: u32) -> impl Iterator<Item = Vec<u64>> {
        (0..=length).flat_map(|length| {
            (0..4_u64.pow(length))
                .map(move |number| (0..length).map(|at| number >> (2 * at) & 3).collect())
        })
    }

    #[test]
    fn a_restart_is_allowed_if_fewer_than_the_most_were_within_the_window() {
        for most in 0..3 {
            for within in 1..4 {
                for pauses in sequences(6) {
                    let begun = Instant::now();
                    let mut budget = Budget::new(most, Duration::from_secs(within));
                    let (mut now, mut allowed) = (0, Vec::new());
                    for pause in &pauses {
                        now += pause;
                        let counted = allowed.iter().filter(|&&at| at + within > now).count();
                        let at = begun + Duration::from_secs(now);
                        let has_left = budget.has_left(at);
                        let spent = budget.spend(at);
                        assert_eq!(spent, has_left, "{most} in {within}: {pauses:?}");
                        assert_eq!(
                            spent,
                            counted < most as usize,
                            "{most} in {within}: {pauses:?}"
                        );
                        if spent {
                            allowed.push(now);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_new_budget_is_a_full_one() {
        let now = Instant::now();
        let mut budget = Budget::new(1, Duration::from_secs(1));
        assert!(budget.spend(now) && !budget.spend(now));
        budget.renew();
        assert!(budget.spend(now));
    }
}
