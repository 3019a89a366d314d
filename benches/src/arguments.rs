//! The arguments of the command line.

use std::env;

use crate::apart::Apart;
use crate::comparison::{Comparison, Effort};

#[derive(Debug, Default)]
pub struct Arguments {
    quick: bool,
    /// The cases to measure; all cases if empty.
    pub only: Vec<String>,
    /// Where to write all figures.
    pub json: Option<String>,
    /// What this process measures for the process that started it.
    pub apart: Option<Apart>,
}

impl Arguments {
    pub fn read() -> Self {
        let mut arguments = Self::default();
        let mut words = env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().unwrap_or_else(|| panic!("{word} what?"));
            match word.as_str() {
                "--quick" => arguments.quick = true,
                "--only" => arguments.only.push(value()),
                "--json" => arguments.json = Some(value()),
                Apart::ARGUMENT => arguments.apart = Some(Apart::read(value)),
                _ => panic!("{word}? There are --quick, --only CASE and --json FILE"),
            }
        }
        arguments
    }

    /// # Panics
    ///
    /// If a case does not exist.
    pub fn check(&self, all: &[Comparison]) {
        let names: Vec<_> = all.iter().map(|one| one.name).collect();
        for name in &self.only {
            let known = names.contains(&name.as_str());
            assert!(known, "{name}? There are: {}", names.join("; "));
        }
    }

    pub fn wants(&self, comparison: &Comparison) -> bool {
        if self.only.is_empty() {
            !self.quick || comparison.effort != Effort::Huge
        } else {
            self.only.iter().any(|name| name == comparison.name)
        }
    }

    pub const fn rounds(&self, effort: Effort) -> usize {
        match (effort, self.quick) {
            (Effort::Light, true) => 5,
            (Effort::Light, false) => 9,
            (Effort::Heavy, true) => 2,
            (Effort::Heavy, false) => 3,
            (Effort::Huge, _) => 1,
        }
    }

    /// What part of the work is done.
    pub const fn scale(&self) -> f64 {
        if self.quick { 0.2 } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::tests::comparison;

    #[test]
    #[should_panic(expected = "somme? There are: some")]
    fn a_case_that_there_is_not_is_no_run_of_nothing() {
        let only = |name: &str| Arguments {
            only: vec![name.to_owned()],
            ..Arguments::default()
        };
        only("some").check(&[comparison()]);
        only("somme").check(&[comparison()]);
    }

    #[test]
    fn what_is_huge_is_no_part_of_a_quick_run_unless_it_is_asked_for() {
        let comparison = Comparison {
            effort: Effort::Huge,
            ..comparison()
        };
        for (quick, only, wanted) in [
            (false, "", true),
            (true, "", false),
            (true, "some", true),
            (false, "another", false),
        ] {
            let arguments = Arguments {
                quick,
                only: only.split_whitespace().map(str::to_owned).collect(),
                ..Arguments::default()
            };
            assert_eq!(arguments.wants(&comparison), wanted, "{arguments:?}");
        }
    }
}
