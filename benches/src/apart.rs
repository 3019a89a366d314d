//! A round of one contender in a separate process, so that its memory and its processor time can be measured.
//!
//! The process runs this program with an argument that has no other use. It prints one line for each figure.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::{env, fs};

use fluid_benches::machine::kibibytes;
use nix::libc::SIGABRT;
use nix::sys::resource::{Resource, setrlimit};

use crate::case::Flavour;
use crate::comparison::{Comparison, Effort, Figure, Rival};

/// What the separate process measures.
#[derive(Debug, PartialEq)]
pub struct Apart {
    comparison: String,
    rival: String,
    flavour: String,
    scale: f64,
}

impl Apart {
    pub const ARGUMENT: &str = "--apart";

    /// The four words of the argument.
    pub fn read(mut word: impl FnMut() -> String) -> Self {
        Self {
            comparison: word(),
            rival: word(),
            flavour: word(),
            scale: word().parse().expect("what part is done"),
        }
    }

    /// Measures, and prints the figures. Its memory is limited to what is free, so that other processes keep theirs.
    pub fn run(&self, all: &[Comparison]) {
        let told = fs::read_to_string("/proc/meminfo").expect("Linux");
        let free = 1024 * kibibytes(&told, "MemAvailable").expect("what is free");
        setrlimit(Resource::RLIMIT_DATA, free / 10 * 9, free).expect("a limit");
        let mut all = all.iter();
        let comparison = all.find(|one| one.name == self.comparison);
        let comparison = comparison.expect("a comparison of this name");
        let mut rivals = comparison.rivals.iter();
        let rival = rivals.find(|one| one.name == self.rival);
        let mut flavours = comparison.flavours.iter();
        let flavour = flavours.find(|one| one.to_string() == self.flavour);
        let (rival, flavour) = (rival.expect("a rival"), flavour.expect("a runtime"));
        for figure in rival.measure(*flavour, self.scale) {
            println!("{}\t{}\t{}", figure.name, figure.unit, figure.value);
        }
    }
}

/// Starts a process that measures, and reads its figures. Returns none if it needs more memory than is free.
pub fn measure(
    comparison: &Comparison,
    rival: &Rival,
    flavour: Flavour,
    scale: f64,
) -> Vec<Figure> {
    let this = env::current_exe().expect("this program");
    let flavour = flavour.to_string();
    let mut command = Command::new(this);
    command.args([Apart::ARGUMENT, comparison.name, rival.name, &flavour]);
    command.arg(scale.to_string()).stderr(Stdio::inherit());
    let output = command.output().expect("this program again");
    if comparison.effort == Effort::Huge && output.status.signal() == Some(SIGABRT) {
        return Vec::new();
    }
    assert!(
        output.status.success(),
        "{}, {}: {}",
        comparison.name,
        rival.name,
        output.status
    );
    figures(&String::from_utf8(output.stdout).expect("figures"))
}

/// Names and units are leaked, since there are only a few of them.
fn figures(lines: &str) -> Vec<Figure> {
    let figure = |line: &str| {
        let mut words = line.split('\t');
        let mut word = || words.next().expect("a name, a unit and a value");
        let (name, unit) = (word().to_owned().leak(), word().to_owned().leak());
        Figure::new(name, unit, word().parse().expect("a value"))
    };
    lines.lines().map(figure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_as_they_are_printed() {
        let read = figures("memory\tbytes a worker\t788.25\nstop\tms\t40\n");
        assert_eq!(
            read,
            [
                Figure::new("memory", "bytes a worker", 788.25),
                Figure::new("stop", "ms", 40.0)
            ]
        );
    }
}
