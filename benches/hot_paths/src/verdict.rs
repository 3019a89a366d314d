//! The comparison of one path with its budget.

use std::fmt;

use fluid_hot_paths::HotPath;

use crate::callgrind;

/// How much more than its budget a path may take. Two runs differ by a thousandth, because of random hashes and
/// branches. The rest is for patches of the compiler and the C library.
const ALLOWED: f64 = 0.03;
/// A path that takes this much less should get a new budget, or the old one would hide a later increase.
const GENEROUS: f64 = 0.1;

/// One path, compared with its budget.
pub struct Verdict<'a> {
    path: &'a HotPath,
    budget: Option<f64>,
    counted: f64,
}

impl<'a> Verdict<'a> {
    pub fn new(path: &'a HotPath, budget: Option<f64>, counted: f64) -> Self {
        Self {
            path,
            budget,
            counted,
        }
    }

    pub fn fails(&self) -> bool {
        self.change().is_none_or(|change| change > ALLOWED)
    }

    /// The relative difference to the budget.
    fn change(&self) -> Option<f64> {
        Some(self.counted / self.budget? - 1.0)
    }

    /// A remark if the path differs too much from its budget.
    pub fn remark(&self) -> Option<String> {
        let Self { path, counted, .. } = self;
        let (name, unit) = (path.name, path.unit);
        let (Some(budget), Some(change)) = (self.budget, self.change()) else {
            return Some(format!(
                "{name}: has no budget, and takes {counted:.1} instructions a {unit}"
            ));
        };
        let percent = 100.0 * change.abs();
        let says = |what: &str| {
            format!(
                "{name}: takes {counted:.1} instructions a {unit}, {percent:.1} % {what} its budget of {budget:.1}"
            )
        };
        if self.fails() {
            let file = callgrind::file(path, path.many);
            let where_to = format!("where they go: callgrind_annotate {}", file.display());
            Some(format!("{}\n  {where_to}", says("more than")))
        } else if change < -GENEROUS {
            Some(says("less than"))
        } else {
            None
        }
    }
}

impl fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let budget = self
            .budget
            .map_or("none".to_owned(), |budget| format!("{budget:.1}"));
        write!(
            f,
            "{:26} {budget:>12} {:12.1}",
            self.path.name, self.counted
        )?;
        if self.fails() {
            f.write_str("  FAILED")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use fluid_hot_paths::paths;

    use super::*;

    fn verdict(budget: Option<f64>, counted: f64) -> (bool, Option<String>) {
        let verdict = Verdict::new(&paths::ALL[0], budget, counted);
        (verdict.fails(), verdict.remark())
    }

    #[test]
    fn what_keeps_to_its_budget_is_not_spoken_of() {
        for counted in [91.0, 100.0, 102.9] {
            assert_eq!(verdict(Some(100.0), counted), (false, None), "{counted}");
        }
    }

    #[test]
    fn what_takes_more_fails_and_says_how_much() {
        let (fails, remark) = verdict(Some(100.0), 103.1);
        assert!(fails);
        let remark = remark.expect("a remark");
        let expected =
            "one-to-one: takes 103.1 instructions a message, 3.1 % more than its budget of 100.0\n";
        assert!(remark.starts_with(expected), "{remark}");
    }

    #[test]
    fn what_takes_much_less_passes_and_says_so() {
        let expected =
            "one-to-one: takes 89.0 instructions a message, 11.0 % less than its budget of 100.0";
        assert_eq!(
            verdict(Some(100.0), 89.0),
            (false, Some(expected.to_owned()))
        );
    }

    #[test]
    fn what_has_no_budget_fails() {
        let expected = "one-to-one: has no budget, and takes 89.0 instructions a message";
        assert_eq!(verdict(None, 89.0), (true, Some(expected.to_owned())));
    }
}
