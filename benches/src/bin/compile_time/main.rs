//! How long the compiler needs for a program of 50 workers and 60 edges, written with fluid, by hand, and
//! with two libraries of actors. Writes its section of `docs/performance.md`.
//!
//! ```text
//! cargo run --release --manifest-path benches/Cargo.toml --bin compile_time -- [ROUNDS] [--run]
//! ```
//!
//! `--run` also runs each program: each counts what its sources emit and its sinks store, and fails if
//! the two do not agree.

mod by_hand;
mod project;
mod report;
mod text;
mod with_fluid;
mod with_kameo;
mod with_ractor;

use std::env;

use fluid_benches::page;
use fluid_benches::sample::Sample;
use project::{Cost, Project};

/// One way to write the program.
pub struct Program {
    pub name: &'static str,
    /// The crate, and the line of its manifest for the dependency beside tokio.
    pub crate_name: &'static str,
    pub dependency: &'static str,
    /// Its source. The number appears in the body of one of its functions.
    pub source: fn(usize) -> String,
}

pub const PROGRAMS: [Program; 4] = [
    Program {
        name: "fluid",
        crate_name: "with_fluid",
        dependency: "fluid = { path = \"{root}/fluid\" }",
        source: with_fluid::source,
    },
    Program {
        name: "tokio, by hand",
        crate_name: "by_hand",
        dependency: "",
        source: by_hand::source,
    },
    Program {
        name: "kameo",
        crate_name: "with_kameo",
        dependency: "kameo = \"=0.22.2\"",
        source: with_kameo::source,
    },
    Program {
        name: "ractor",
        crate_name: "with_ractor",
        dependency: "ractor = \"=0.16.5\"",
        source: with_ractor::source,
    },
];

/// What was measured of one program.
#[derive(Default)]
pub struct Times {
    /// `cargo check` with nothing to do: the work of cargo itself.
    pub idle: Waits,
    /// With everything except the program itself checked already.
    pub clean: Waits,
    /// After a change to the body of one function.
    pub edited: Waits,
}

/// The time on the clock, and the processor time.
#[derive(Default)]
pub struct Waits {
    pub waited: Sample,
    pub computed: Sample,
}

impl Waits {
    fn add(&mut self, cost: &Cost) {
        self.waited.add(cost.waited);
        self.computed.add(cost.computed);
    }
}

fn main() {
    let mut rounds = 11;
    let mut run = false;
    for argument in env::args().skip(1) {
        match argument.as_str() {
            "--run" => run = true,
            number => rounds = number.parse().expect("a number of rounds, or --run"),
        }
    }
    let project = Project::create();
    for program in &PROGRAMS {
        println!("{}: its dependencies, and the program once", program.name);
        project.check(program);
        if run {
            project.run(program);
        }
    }
    let times = measure(&project, rounds.max(1));
    let section = report::section(&project, &times, rounds);
    println!("\n{section}");
    page::write("Compile time", &section);
}

/// Measures round by round, each program in turn, so that other load affects them all alike.
fn measure(project: &Project, rounds: usize) -> [Times; 4] {
    let mut times: [Times; 4] = Default::default();
    let mut edit = 3;
    for round in 1..=rounds {
        for at in 0..PROGRAMS.len() {
            // The order changes from round to round.
            let at = (at + round) % PROGRAMS.len();
            let (program, times) = (&PROGRAMS[at], &mut times[at]);
            project.clean(program);
            times.clean.add(&project.check(program));
            edit += 2;
            project.write(program, edit);
            times.edited.add(&project.check(program));
            times.idle.add(&project.check(program));
        }
        println!("round {round} of {rounds}");
    }
    times
}
