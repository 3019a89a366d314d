//! The section of the page.

use std::fmt::Write;

use fluid_benches::edited::HEADING;
use fluid_benches::machine::{compiler, processor, today};

use crate::project::Project;
use crate::{PROGRAMS, Times, Waits};

pub fn section(project: &Project, times: &[Times; 4], rounds: usize) -> String {
    let clean = table(times, |times| &times.clean);
    let edited = table(times, |times| &times.edited);
    let idle = &times[0].idle;
    let (idle, idle_computed) = (&idle.waited, &idle.computed);
    let versions =
        ["tokio", "kameo", "ractor"].map(|name| format!("{name} {}", project.version(name)));
    let (versions, compiler) = (versions.join(", "), compiler());
    let (date, processor) = (today(), processor());
    format!(
        "{ABOUT}\n{CLEAN}\n{clean}\n{HEADING}\n{edited}\n\
         Both include the work of cargo itself: {idle} waited and {idle_computed} computed when there is nothing to do.\n\n\
         Medians of {rounds} rounds, with the least and the most, of `cargo check` in the `dev` profile. \
         {compiler}, fluid {fluid}, {versions}; {date}, {processor}.\n\n{COMMAND}",
        fluid = project.version("fluid"),
    )
}

fn table(times: &[Times; 4], which: fn(&Times) -> &Waits) -> String {
    let mut table = String::from(
        "| written with | lines | waited | by hand = 1 | computed | by hand = 1 |\n\
         | --- | ---: | --- | ---: | --- | ---: |\n",
    );
    let by_hand = which(&times[1]);
    for (program, times) in PROGRAMS.iter().zip(times) {
        let lines = (program.source)(3);
        let lines = lines.lines().filter(|line| !line.trim().is_empty()).count();
        let (Waits { waited, computed }, name) = (which(times), program.name);
        let [to_wait, to_compute] = [
            waited.median() / by_hand.waited.median(),
            computed.median() / by_hand.computed.median(),
        ];
        let _ = writeln!(
            table,
            "| {name} | {lines} | {waited} | {to_wait:.2} | {computed} | {to_compute:.2} |"
        );
    }
    table
}

const ABOUT: &str = "\
The same program, written four times: 10 sources, 30 stages and 10 sinks, each a function (or an actor) of its own, and
60 edges between them. All programs start from the sinks to the sources, stop in the other order, and lose no message.
Each program counts its messages, and fails if one is missing. Beyond that they differ. fluid and the actors are
supervised. The program by hand has counts and names the task that panicked. fluid checks the graph. With kameo and
ractor, the program itself stops its actors in the right order.

The count of lines does not include code that macros write. *Waited* is the time on the clock, and depends on other load.
*Computed* is the time of all processors together, and depends on it very little.
";

const CLEAN: &str = "\
The program alone, after its dependencies were checked:
";

const COMMAND: &str = "\
```sh
cargo run --release --manifest-path benches/Cargo.toml --bin compile_time
```

An argument sets the number of rounds. `-- --run` also runs each of the programs.";

#[cfg(test)]
mod tests {
    use super::*;
    use fluid_benches::edited::{self, Ratios};

    #[test]
    fn ratios_are_read_as_they_are_written() {
        let mut times: [Times; 4] = Default::default();
        for (times, (waited, computed)) in
            times
                .iter_mut()
                .zip([(3.0, 0.5), (2.0, 0.4), (5.0, 0.6), (4.0, 0.8)])
        {
            times.edited.waited.add(waited);
            times.edited.computed.add(computed);
        }
        let edited = table(&times, |times| &times.edited);
        let read = edited::ratios(&format!("Words.\n\n{HEADING}\n{edited}\nMore words.\n"));
        let expected = [(1.5, 1.25), (1.0, 1.0), (2.5, 1.5), (2.0, 2.0)];
        let expected = PROGRAMS.iter().zip(expected);
        let expected = expected.map(|(program, (waited, computed))| Ratios {
            program: program.name.to_owned(),
            waited,
            computed,
        });
        assert_eq!(read, Some(expected.collect()));
        assert_eq!(edited::ratios("Words.\n"), None);
    }
}
