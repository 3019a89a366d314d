//! The section of the page.

use std::fmt::Write;

use fluid_benches::machine::{compiler, processor, today};

use crate::project::Project;
use crate::{PROGRAMS, Times};

pub fn section(project: &Project, times: &[Times; 4], rounds: usize) -> String {
    let mut table = String::from(
        "| written with | lines | clean | by hand = 1 | after an edit | by hand = 1 | nothing to do |\n\
         | --- | ---: | --- | ---: | --- | ---: | --- |\n",
    );
    let by_hand = &times[1];
    for (program, times) in PROGRAMS.iter().zip(times) {
        let lines = (program.source)(3)
            .lines()
            .filter(|line| !line.trim().is_empty())
            .count();
        let Times {
            idle,
            clean,
            edited,
        } = times;
        let to_clean = clean.median() / by_hand.clean.median();
        let to_edited = edited.median() / by_hand.edited.median();
        let name = program.name;
        let _ = writeln!(
            table,
            "| {name} | {lines} | {clean} | {to_clean:.2} | {edited} | {to_edited:.2} | {idle} |"
        );
    }
    let versions =
        ["tokio", "kameo", "ractor"].map(|name| format!("{name} {}", project.version(name)));
    let (versions, compiler) = (versions.join(", "), compiler());
    let (date, processor) = (today(), processor());
    format!(
        "{ABOUT}\n{table}\n\
         Medians of {rounds} rounds, with the least and the most, of `cargo check` in the `dev` profile. \
         {compiler}, fluid {fluid}, {versions}; {date}, {processor}.\n\n{COMMAND}",
        fluid = project.version("fluid"),
    )
}

const ABOUT: &str = "\
The same program, written four times: 10 sources, 30 stages and 10 sinks, each a function (or an actor) of its
own, and 60 edges between them. All are started from the sinks to the sources, stopped in the other order, and
lose no message; each program counts, and fails if one is missing. What they have beyond that differs: fluid and
the actors know states, restarts and supervision, the one by hand has counts and names the task that panicked.
kameo and ractor leave it to the program in which order actors stop.

*Clean* is the check of the program itself, when all it depends on has been checked. *After an edit* is what one
waits for most often: a number in the body of one function is another one. Cargo's own work is in both, and is what is
left when there is *nothing to do*. The code that is written by macros is not in the count of lines.
";

const COMMAND: &str = "\
```sh
cargo run --release --manifest-path benches/Cargo.toml --bin compile_time
```

It takes a number of rounds, and `-- --run` runs each of the programs, too.";
