//! A round of one rival in a process of its own, so that its memory and its processor time are its own.
//!
//! The process is this program again, with an argument that only it uses. It prints the figures, a line for each.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::{env, fs};

use fluid_benches::machine::kibibytes;
use nix::libc::SIGABRT;
use nix::sys::resource::{Resource, setrlimit};

use crate::case::Flavour;
use crate::comparison::{Comparison, Effort, Figure, Rival};

/// What such a process is to measure.
#[derive(Debug, PartialEq)]
pub struct Apart {
    comparison: String,
    rival: String,
    flavour: String,
    scale: f64,
}

impl Apart {
    pub const ARGUMENT: &str = "--apart";

    /// Its four words.
    pub fn read(mut word: impl FnMut() -> String) -> Self {
        Self {
            comparison: word(),
            rival: word(),
            flavour: word(),
            scale: word().parse().expect("what part is done"),
        }
    }

    /// Measures, and prints the figures. It has no more memory than is free, so that nothing else suffers.
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

/// Starts a process that measures, and reads its figures. There are none if it needs more memory than there is.
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

/// Names and units live as long as the program: there are a few of them.
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
