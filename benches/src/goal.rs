//! The goals of the figures, and whether they are met.

use crate::comparison::Measured;

/// An upper bound of a figure.
#[derive(Clone, Copy, Debug)]
pub struct Goal {
    pub of: &'static str,
    /// Which figure; the first one if `None`.
    pub figure: Option<&'static str>,
    pub at_most: f64,
    /// The contender whose figure is the reference; `None` if the bound is in the figure's own unit.
    pub than: Option<&'static str>,
}

/// At most `at_most` times the figure of `than`.
pub const fn goal(of: &'static str, at_most: f64, than: &'static str) -> Goal {
    Goal {
        of,
        figure: None,
        at_most,
        than: Some(than),
    }
}

/// At most `at_most`, in the unit of the figure.
pub const fn limit(of: &'static str, figure: &'static str, at_most: f64) -> Goal {
    Goal {
        of,
        figure: Some(figure),
        at_most,
        than: None,
    }
}

impl Goal {
    /// Sets the figure that the goal is about.
    pub const fn in_figure(mut self, figure: &'static str) -> Self {
        self.figure = Some(figure);
        self
    }
}

/// A goal, and the measured value.
#[derive(Clone, Debug)]
pub struct Reached {
    pub comparison: &'static str,
    pub flavour: String,
    pub goal: Goal,
    pub figure: &'static str,
    pub unit: &'static str,
    /// The ratio, or the figure itself if the goal has no reference.
    pub measured: f64,
}

impl Reached {
    pub fn is_met(&self) -> bool {
        self.measured <= self.goal.at_most
    }

    fn of(goal: Goal, measured: &Measured<'_>) -> Self {
        let series = |rival| {
            let series = measured.series(rival, goal.figure);
            series
                .unwrap_or_else(|| panic!("{}: no such figure: {goal:?}", measured.comparison.name))
        };
        let own = series(goal.of);
        let reference = goal.than.map_or(1.0, |than| series(than).sample.median());
        Self {
            comparison: measured.comparison.name,
            flavour: measured.flavour.to_string(),
            goal,
            figure: own.name,
            unit: own.unit,
            measured: own.sample.median() / reference,
        }
    }
}

/// Compares all goals with what was measured.
pub fn reached(all: &[Measured<'_>]) -> Vec<Reached> {
    let of_one = |measured: &Measured<'_>| {
        let goals = measured.comparison.goals.iter();
        let reached = goals.map(|&goal| Reached::of(goal, measured));
        reached.collect::<Vec<_>>()
    };
    all.iter().flat_map(of_one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::tests::{comparison, measured};

    #[test]
    fn a_goal_is_about_its_figure_and_met_up_to_its_bound() {
        let mut comparison = comparison();
        comparison.goals = vec![
            goal("fluid", 0.5, "plain"),
            goal("fluid", 0.49, "plain").in_figure("p99"),
            goal("plain", 1.9, "fluid"),
            limit("fluid", "p99", 20.0),
            limit("fluid", "p50", 1.9),
        ];
        let reached = reached(&[measured(&comparison)]);
        let expected = [
            ("p50", 0.5, true),
            ("p99", 0.5, false),
            ("p50", 2.0, false),
            ("p99", 20.0, true),
            ("p50", 2.0, false),
        ];
        for (one, (figure, measured, met)) in reached.iter().zip(expected) {
            assert_eq!((one.figure, one.is_met()), (figure, met), "{one:?}");
            assert!((one.measured - measured).abs() < 1e-9, "{one:?}");
        }
        assert_eq!(reached.len(), expected.len());
    }

    #[test]
    #[should_panic(expected = "no such figure")]
    fn a_goal_of_a_figure_that_nobody_measured_is_no_goal() {
        let mut comparison = comparison();
        comparison.goals = vec![limit("fluid", "p98", 1.0)];
        reached(&[measured(&comparison)]);
    }
}
