//! What the command line says.

use std::env;

#[derive(Debug, Default)]
pub struct Arguments {
    quick: bool,
    /// The cases to measure; all, if there are none.
    pub only: Vec<String>,
    /// Where to write all figures.
    pub json: Option<String>,
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
                _ => panic!("{word}? There are --quick, --only CASE and --json FILE"),
            }
        }
        arguments
    }

    pub fn wants(&self, case: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == case)
    }

    pub const fn rounds(&self) -> usize {
        if self.quick { 5 } else { 9 }
    }

    /// What part of the work is done.
    pub const fn scale(&self) -> f64 {
        if self.quick { 0.2 } else { 1.0 }
    }
}
