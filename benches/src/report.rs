//! The section of the page, and all figures as JSON.

use std::fmt::Write;

use fluid_benches::machine::{compiler, processor, today, version};
use serde_json::{Value, json};

use crate::case::Measured;
use crate::goal::{Reached, reached};

pub fn section(all: &[Measured<'_>], rounds: usize) -> String {
    let mut section = String::from(ABOUT);
    for measured in all {
        section.push_str(&table(measured));
    }
    section.push_str(&goals(&reached(all)));
    let (compiler, date, processor) = (compiler(), today(), processor());
    let versions = versions();
    let _ = writeln!(
        section,
        "Medians of {rounds} rounds, with the least and the most; fat LTO, one codegen unit. {compiler}, {versions}; {date}, {processor}.\n\n{COMMAND}"
    );
    section
}

fn table(measured: &Measured<'_>) -> String {
    let case = measured.case;
    let first = &case.contenders[0].name;
    let mut table = format!(
        "**{}, {}.** {}\n\n| with | ns a message | {first} = 1 |\n| --- | ---: | ---: |\n",
        case.name, measured.flavour, case.about
    );
    let reference = measured.samples[0].median();
    for (contender, sample) in case.contenders.iter().zip(&measured.samples) {
        let (least, most) = sample.bounds();
        let (median, name) = (sample.median(), contender.name);
        let ratio = median / reference;
        let _ = writeln!(
            table,
            "| {name} | {median:.1} ({least:.1} to {most:.1}) | {ratio:.2} |"
        );
    }
    table.push('\n');
    table
}

fn goals(reached: &[Reached]) -> String {
    let met = reached.iter().filter(|goal| goal.is_met()).count();
    let mut text = format!(
        "What we aim at, and what is reached: {met} of {}.\n\n\
         | case | runtime | at most | measured | |\n| --- | --- | --- | ---: | --- |\n",
        reached.len()
    );
    for one in reached {
        let (goal, case, flavour, ratio) = (&one.goal, one.case, &one.flavour, one.ratio);
        let verdict = if one.is_met() { "met" } else { "missed" };
        let _ = writeln!(
            text,
            "| {case} | {flavour} | {} of {} | {ratio:.2} | {verdict} |",
            goal.at_most, goal.than
        );
    }
    text.push('\n');
    text
}

/// Every figure, each goal with its ratio, and how many there are and are met.
pub fn json(all: &[Measured<'_>]) -> String {
    let figures: Vec<Value> = all.iter().flat_map(figures).collect();
    let reached = reached(all);
    let goals: Vec<Value> = reached.iter().map(of_goal).collect();
    let met = reached.iter().filter(|goal| goal.is_met()).count();
    let whole = json!({
        "date": today(),
        "processor": processor(),
        "compiler": compiler(),
        "versions": versions(),
        "figures": figures,
        "ratios": goals,
        "goals": reached.len(),
        "goals_met": met,
    });
    format!("{whole:#}\n")
}

fn figures(measured: &Measured<'_>) -> Vec<Value> {
    let contenders = measured.case.contenders.iter().zip(&measured.samples);
    let figures = contenders.map(|(contender, sample)| {
        let (least, most) = sample.bounds();
        json!({
            "case": measured.case.name,
            "runtime": measured.flavour.to_string(),
            "with": contender.name,
            "unit": "ns a message",
            "median": sample.median(),
            "least": least,
            "most": most,
        })
    });
    figures.collect()
}

fn of_goal(reached: &Reached) -> Value {
    json!({
        "case": reached.case,
        "runtime": reached.flavour,
        "of": reached.goal.of,
        "than": reached.goal.than,
        "at_most": reached.goal.at_most,
        "ratio": reached.ratio,
        "met": reached.is_met(),
    })
}

/// Who was measured, as they were resolved.
fn versions() -> String {
    let lock = include_str!("../Cargo.lock");
    let peers = [
        "tokio",
        "crossfire",
        "kanal",
        "flume",
        "ractor",
        "kameo",
        "actix",
        "elfo",
    ];
    let versions = peers.map(|peer| format!("{peer} {}", version(lock, peer)));
    versions.join(", ")
}

const ABOUT: &str = "\
Numbers are sent from task to task, and their sum is checked. The queues hold 1024 messages, where they have a bound at
all: ractor's have none, and actix' `do_send` ignores it. fluid is used as it comes: every message is counted, a panic would be
caught, and a stop would lose nothing; the plain loops and channels do none of that. Each figure holds the start and the
end of the tasks, too. Handlers do nothing here, so these are the costs of the way. Channels that do nothing else are faster
than fluid here, direct calls are faster than a fused chain, and a question costs more than a channel and a oneshot by hand.

";

const COMMAND: &str = "\
```sh
cargo run --release --manifest-path benches/Cargo.toml
```

`-- --quick` takes less time, `--only CASE` measures one case, and `--json FILE` writes every figure.";
