//! The section of the page, and all figures as JSON.

mod ahead;

use std::fmt::Write;

use fluid_benches::machine::{compiler, processor, today, version};
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::comparison::{Effort, Measured, Rival, Series};
use crate::goal::Reached;

/// The text that explains the figures.
const ABOUT: &str = include_str!("report/about.md");

const COMMAND: &str = "\
```sh
cargo run --release --manifest-path benches/Cargo.toml
```

`-- --quick` takes less time. `--only CASE` measures one case. `--json FILE` writes every figure.";

pub fn section(all: &[Measured<'_>], reached: &[Reached], arguments: &Arguments) -> String {
    let mut section = format!("{ABOUT}\n");
    for measured in all {
        section.push_str(&table(measured));
    }
    section.push_str(&ahead::table(all));
    section.push_str(&goals(reached));
    let (compiler, date, processor) = (compiler(), today(), processor());
    let versions = versions();
    let [light, heavy] = [Effort::Light, Effort::Heavy].map(|effort| arguments.rounds(effort));
    let _ = writeln!(
        section,
        "Medians of {light} rounds, or of {heavy} where each is a process, with the least and the most; fat LTO, one codegen unit. {compiler}, {versions}; {date}, {processor}.\n\n{COMMAND}"
    );
    section
}

fn table(measured: &Measured<'_>) -> String {
    let comparison = measured.comparison;
    let (reference, first) = (comparison.rivals[0].name, &measured.series[0]);
    let mut table = format!(
        "**{}, {}.** {}\n\n| with |",
        comparison.name, measured.flavour, comparison.about
    );
    for series in first {
        let _ = write!(table, " {} | {reference} = 1 |", series.label());
    }
    let columns = " ---: | ---: |".repeat(first.len());
    let _ = writeln!(table, "\n| --- |{columns}");
    for (rival, series) in comparison.rivals.iter().zip(&measured.series) {
        let _ = write!(table, "| {} |", rival.name);
        for (one, first) in series.iter().zip(first) {
            let (least, most) = one.sample.bounds();
            let (median, reference) = (one.sample.median(), first.sample.median());
            let (least, most, ratio) = (number(least), number(most), ratio(median / reference));
            let _ = write!(table, " {} ({least} to {most}) | {ratio} |", number(median));
        }
        table.push('\n');
    }
    table.push('\n');
    table
}

/// Formats a figure: one decimal place, and none from 1,000 on.
pub fn number(figure: f64) -> String {
    if figure < 1_000.0 {
        format!("{figure:.1}")
    } else {
        format!("{figure:.0}")
    }
}

/// Formats a ratio; empty if the reference is zero.
fn ratio(ratio: f64) -> String {
    if ratio.is_finite() {
        format!("{ratio:.2}")
    } else {
        String::new()
    }
}

fn goals(reached: &[Reached]) -> String {
    let met = reached.iter().filter(|goal| goal.is_met()).count();
    let mut text = format!(
        "The goals, and the figures of this run: {met} of {} are met.\n\n\
         | case | runtime | of | at most | measured | |\n| --- | --- | --- | --- | ---: | --- |\n",
        reached.len()
    );
    for one in reached {
        let (case, flavour, figure) = (one.comparison, &one.flavour, one.figure);
        let at_most = one.goal.at_most;
        let (bound, measured) = match one.goal.than {
            Some(than) => (format!("{at_most:.3} of {than}"), ratio(one.measured)),
            None => (format!("{at_most} {}", one.unit), number(one.measured)),
        };
        let verdict = if one.is_met() { "met" } else { "missed" };
        let _ = writeln!(
            text,
            "| {case} | {flavour} | {figure} | {bound} | {measured} | {verdict} |"
        );
    }
    text.push('\n');
    text
}

/// Every figure, each goal with its ratio or its figure, and the number of goals and of goals that are met.
pub fn json(all: &[Measured<'_>], reached: &[Reached]) -> String {
    let figures: Vec<Value> = all.iter().flat_map(figures).collect();
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
    let rivals = measured.comparison.rivals.iter().zip(&measured.series);
    let figures = rivals.flat_map(|(rival, series)| {
        let of_series = move |series| figure(measured, rival, series);
        series.iter().map(of_series)
    });
    figures.collect()
}

fn figure(measured: &Measured<'_>, rival: &Rival, series: &Series) -> Value {
    let (least, most) = series.sample.bounds();
    json!({
        "case": measured.comparison.name,
        "runtime": measured.flavour.to_string(),
        "with": rival.name,
        "figure": series.name,
        "unit": series.unit,
        "median": series.sample.median(),
        "least": least,
        "most": most,
    })
}

/// A goal with a reference has a `ratio`; a goal in a unit has the value `measured`.
fn of_goal(reached: &Reached) -> Value {
    let goal = reached.goal;
    let mut told = json!({
        "case": reached.comparison,
        "runtime": reached.flavour,
        "of": goal.of,
        "figure": reached.figure,
        "at_most": goal.at_most,
        "met": reached.is_met(),
    });
    match goal.than {
        Some(than) => {
            told["than"] = json!(than);
            told["ratio"] = json!(reached.measured);
        }
        None => {
            told["unit"] = json!(reached.unit);
            told["measured"] = json!(reached.measured);
        }
    }
    told
}

/// The libraries that were measured, with their resolved versions.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::tests::{comparison, measured};
    use crate::goal::{goal, limit, reached};

    #[test]
    fn a_table_has_two_columns_for_each_figure() {
        let comparison = comparison();
        assert_eq!(
            table(&measured(&comparison)),
            "**some, one thread.** Nothing.\n\n\
             | with | p50, µs | plain = 1 | p99, µs | plain = 1 |\n\
             | --- | ---: | ---: | ---: | ---: |\n\
             | plain | 4.0 (2.0 to 6.0) | 1.00 | 40.0 (20.0 to 60.0) | 1.00 |\n\
             | fluid | 2.0 (1.0 to 3.0) | 0.50 | 20.0 (10.0 to 30.0) | 0.50 |\n\n"
        );
    }

    #[test]
    fn the_json_has_every_figure_and_each_goal() {
        let mut comparison = comparison();
        comparison.goals = vec![
            goal("fluid", 0.5, "plain").in_figure("p99"),
            limit("fluid", "p50", 1.0),
        ];
        let all = [measured(&comparison)];
        let json: Value = serde_json::from_str(&json(&all, &reached(&all))).expect("json");
        assert_eq!(json["figures"].as_array().map(Vec::len), Some(4));
        let last = &json["figures"][3];
        assert_eq!(
            (&last["with"], &last["figure"]),
            (&json!("fluid"), &json!("p99"))
        );
        assert_eq!(
            (&last["unit"], &last["median"]),
            (&json!("µs"), &json!(20.0))
        );
        let ratios = &json["ratios"];
        assert_eq!(
            (&ratios[0]["ratio"], &ratios[0]["met"]),
            (&json!(0.5), &json!(true))
        );
        assert_eq!(
            (&ratios[1]["measured"], &ratios[1]["unit"]),
            (&json!(2.0), &json!("µs"))
        );
        assert_eq!((&json["goals"], &json["goals_met"]), (&json!(2), &json!(1)));
    }
}
