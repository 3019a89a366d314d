//! The budget: how many instructions each path may take.

use std::fmt::Write as _;
use std::fs;

/// The file of the budget.
pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/budget.toml");

const HEAD: &str = "\
# Instructions that one more message (or group) takes on each hot path, on x86-64.
# Written by FLUID_BLESS=1, see \"Benchmarks\" in CONTRIBUTING.md.
";

/// The instructions that one more unit may take on each path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Budget(Vec<(String, f64)>);

impl Budget {
    pub fn read() -> Self {
        let text = fs::read_to_string(FILE).unwrap_or_else(|error| panic!("{FILE}: {error}"));
        Self::parse(&text).unwrap_or_else(|line| panic!("{FILE}: not understood: {line}"))
    }

    pub fn write(&self) {
        fs::write(FILE, self.text()).unwrap_or_else(|error| panic!("{FILE}: {error}"));
    }

    pub fn set(&mut self, path: &str, instructions: f64) {
        self.0.push((path.to_owned(), instructions));
    }

    pub fn of(&self, path: &str) -> Option<f64> {
        let (_, instructions) = self.0.iter().find(|(name, _)| name == path)?;
        Some(*instructions)
    }

    /// The names that have a budget and are not among `paths`.
    pub fn strangers(&self, paths: &[&str]) -> Vec<&str> {
        let names = self.0.iter().map(|(name, _)| name.as_str());
        names.filter(|name| !paths.contains(name)).collect()
    }

    fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for (path, instructions) in &self.0 {
            let _ = writeln!(text, "{path} = {instructions:.1}");
        }
        text
    }

    /// The first line that could not be read, if there is one.
    fn parse(text: &str) -> Result<Self, &str> {
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let entry = |line| {
            let (path, instructions) = str::split_once(line, '=').ok_or(line)?;
            let instructions = instructions.trim().parse().map_err(|_| line)?;
            Ok((path.trim().to_owned(), instructions))
        };
        lines.map(entry).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut budget = Budget::default();
        budget.set("one-to-one", 412.5);
        budget.set("ask", 1_800.0);
        assert_eq!(Budget::parse(&budget.text()), Ok(budget));
    }

    #[test]
    fn a_line_that_is_no_budget_is_told() {
        let text = "# words\n\none-to-one = 412.5\nask = much\n";
        assert_eq!(Budget::parse(text), Err("ask = much"));
        assert_eq!(Budget::parse("ask"), Err("ask"));
    }

    #[test]
    fn a_budget_is_of_its_path_alone() {
        let budget = Budget::parse("ask = 1.5\nask-twice = 3.0").expect("two budgets");
        assert_eq!(budget.of("ask"), Some(1.5));
        assert_eq!(budget.of("ask-twice"), Some(3.0));
        assert_eq!(budget.of("as"), None);
        assert_eq!(budget.of("ask-thrice"), None);
        assert_eq!(budget.strangers(&["ask"]), ["ask-twice"]);
    }
}
