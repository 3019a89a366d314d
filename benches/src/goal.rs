//! What we want to reach, and whether it is reached.

use crate::case::Measured;

/// At most so many times what another one needs.
#[derive(Clone, Copy, Debug)]
pub struct Goal {
    pub of: &'static str,
    pub than: &'static str,
    pub at_most: f64,
}

pub const fn goal(of: &'static str, at_most: f64, than: &'static str) -> Goal {
    Goal { of, than, at_most }
}

/// A goal, and the ratio that was measured.
#[derive(Clone, Debug)]
pub struct Reached {
    pub case: &'static str,
    pub flavour: String,
    pub goal: Goal,
    pub ratio: f64,
}

impl Reached {
    pub fn is_met(&self) -> bool {
        self.ratio <= self.goal.at_most
    }
}

/// How it stands with all goals.
pub fn reached(all: &[Measured<'_>]) -> Vec<Reached> {
    let of_one = |measured: &Measured<'_>| {
        let goals = measured.case.goals.iter();
        let reached = goals.filter_map(|&goal| {
            Some(Reached {
                case: measured.case.name,
                flavour: measured.flavour.to_string(),
                goal,
                ratio: measured.median(goal.of)? / measured.median(goal.than)?,
            })
        });
        reached.collect::<Vec<_>>()
    };
    all.iter().flat_map(of_one).collect()
}
