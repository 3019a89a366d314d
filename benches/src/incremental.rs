//! The goals of compile time. Another command measures the figures and takes longer than all cases here, so they are
//! read from the page.

use fluid_benches::edited::{self, Ratios};
use fluid_benches::page;

use crate::goal::{Goal, Reached, goal};

/// Compares the goals with the figures on the page.
///
/// # Panics
///
/// If the page has no figures of compile time.
pub fn reached() -> Vec<Reached> {
    let section = page::read("Compile time");
    let ratios = section.as_deref().and_then(edited::ratios);
    of(&ratios.expect("compile times: run `--bin compile_time` first"))
}

fn of(ratios: &[Ratios]) -> Vec<Reached> {
    let goals = [
        goal("fluid", 1.5, "tokio, by hand"),
        goal("fluid", 1.0, "kameo"),
        goal("fluid", 1.0, "ractor"),
    ];
    let of_figure = |figure, which| goals.map(|goal| one(goal, ratios, figure, which));
    let waited = of_figure("waited", |ratios| ratios.waited);
    let computed = of_figure("computed", |ratios| ratios.computed);
    [waited, computed].concat()
}

/// One goal for one of the columns.
fn one(goal: Goal, ratios: &[Ratios], figure: &'static str, which: fn(&Ratios) -> f64) -> Reached {
    let of = |program| {
        let mut ratios = ratios.iter();
        let found = ratios.find(|one| one.program == program);
        which(found.unwrap_or_else(|| panic!("no compile time of {program}")))
    };
    let than = goal.than.map_or(1.0, of);
    Reached {
        comparison: "incremental check",
        flavour: "cargo check".to_owned(),
        goal,
        figure,
        unit: "s",
        measured: of(goal.of) / than,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_goal_is_a_ratio_of_its_two_programs() {
        let ratios = |(program, waited, computed): (&str, _, _)| Ratios {
            program: program.to_owned(),
            waited,
            computed,
        };
        let programs = [
            ("fluid", 1.6, 1.4),
            ("tokio, by hand", 1.0, 1.0),
            ("kameo", 3.2, 1.75),
            ("ractor", 0.8, 2.8),
        ];
        let reached = of(&programs.map(ratios));
        let expected = [
            ("waited", "tokio, by hand", 1.6, false),
            ("waited", "kameo", 0.5, true),
            ("waited", "ractor", 2.0, false),
            ("computed", "tokio, by hand", 1.4, true),
            ("computed", "kameo", 0.8, true),
            ("computed", "ractor", 0.5, true),
        ];
        assert_eq!(reached.len(), expected.len());
        for (one, (figure, than, ratio, met)) in reached.iter().zip(expected) {
            let told = (one.figure, one.goal.than, one.is_met());
            assert_eq!(told, (figure, Some(than), met));
            assert!((one.measured - ratio).abs() < 1e-9, "{one:?}");
        }
    }

    /// The page must have the form that the other command writes.
    #[test]
    fn the_page_has_what_the_goals_need() {
        assert_eq!(reached().len(), 6);
    }
}
