//! The cases in which fluid is not the fastest.

use std::fmt::Write;

use crate::comparison::{Measured, Series};

/// A line for each figure of which another contender has less than fluid.
pub fn table(all: &[Measured<'_>]) -> String {
    let lines: String = all.iter().filter_map(of_one).collect();
    if lines.is_empty() {
        return String::new();
    }
    format!(
        "The cases in which fluid is not the fastest, with the contenders that are ahead and their figures (fluid = 1):\n\n\
         | case | runtime | figure | ahead |\n| --- | --- | --- | --- |\n{lines}\n"
    )
}

fn of_one(measured: &Measured<'_>) -> Option<String> {
    let comparison = measured.comparison;
    let is_fluid = |name: &str| name.starts_with("fluid");
    let fluid = comparison
        .rivals
        .iter()
        .position(|one| is_fluid(one.name))?;
    let others = || {
        let all = comparison.rivals.iter().zip(&measured.series);
        all.filter(|(one, _)| !is_fluid(one.name))
    };
    let mut lines = String::new();
    for own in &measured.series[fluid] {
        let ratio = |one: &Series| one.sample.median() / own.sample.median();
        let ahead = others().filter_map(|(rival, series)| {
            let ratio = ratio(series.iter().find(|one| one.name == own.name)?);
            (ratio < 1.0).then(|| format!("{} {ratio:.2}", rival.name))
        });
        let ahead: Vec<_> = ahead.collect();
        if !ahead.is_empty() {
            let (case, flavour, figure) = (comparison.name, measured.flavour, own.name);
            let ahead = ahead.join("; ");
            let _ = writeln!(lines, "| {case} | {flavour} | {figure} | {ahead} |");
        }
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Flavour;
    use crate::comparison::tests::{comparison, measured};
    use crate::comparison::{Figure, Rival};

    #[test]
    fn whoever_needs_less_is_ahead_and_nobody_else() {
        let mut comparison = comparison();
        assert_eq!(table(&[measured(&comparison)]), "");
        let of = |p50, p99| {
            move |_: Flavour, scale: f64| {
                let figure = |name, of: f64| Figure::new(name, "µs", scale * of);
                vec![figure("p50", p50), figure("p99", p99)]
            }
        };
        let rivals = &mut comparison.rivals;
        rivals.push(Rival::new("quick", of(0.25, 5.0)));
        rivals.push(Rival::new("quicker", of(0.125, 2.5)));
        rivals.push(Rival::new("fluid, fused", of(0.01, 0.01)));
        let table = table(&[measured(&comparison)]);
        let (_, lines) = table.split_once("| --- |\n").expect("a table");
        assert_eq!(
            lines,
            "| some | one thread | p50 | quick 0.50; quicker 0.25 |\n\
             | some | one thread | p99 | quicker 0.50 |\n\n"
        );
    }

    #[test]
    fn who_has_no_figures_is_not_ahead() {
        let comparison = comparison();
        let mut measured = measured(&comparison);
        measured.series[0].clear();
        assert_eq!(table(&[measured]), "");
    }
}
