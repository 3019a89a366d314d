//! A comparison: several contenders do the same work, and each yields figures.

use std::fmt;

use fluid_benches::sample::Sample;

use crate::case::Flavour;
use crate::goal::Goal;
use crate::report::number;

/// Several contenders that do the same work.
pub struct Comparison {
    pub name: &'static str,
    /// What is done.
    pub about: &'static str,
    pub flavours: &'static [Flavour],
    pub effort: Effort,
    /// The first one is the reference.
    pub rivals: Vec<Rival>,
    pub goals: Vec<Goal>,
}

/// How much time a round of one contender takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Less than a second.
    Light,
    /// Seconds, in a separate process, so that memory and processor time can be measured.
    Heavy,
    /// Like `Heavy`, with so much memory that `--quick` leaves it out.
    Huge,
}

/// One contender.
pub struct Rival {
    pub name: &'static str,
    measure: Measure,
}

/// Measures a round. `scale` is the part of a whole round that is done.
type Measure = Box<dyn Fn(Flavour, f64) -> Vec<Figure>>;

/// What was measured in one round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    pub name: &'static str,
    pub unit: &'static str,
    pub value: f64,
}

impl Rival {
    pub fn new(
        name: &'static str,
        measure: impl Fn(Flavour, f64) -> Vec<Figure> + 'static,
    ) -> Self {
        let measure = Box::new(measure);
        Self { name, measure }
    }

    pub fn measure(&self, flavour: Flavour, scale: f64) -> Vec<Figure> {
        (self.measure)(flavour, scale)
    }
}

impl Figure {
    pub const fn new(name: &'static str, unit: &'static str, value: f64) -> Self {
        Self { name, unit, value }
    }
}

/// What was measured of a comparison on one runtime.
pub struct Measured<'a> {
    pub comparison: &'a Comparison,
    pub flavour: Flavour,
    /// For each rival, and each of its figures.
    pub series: Vec<Vec<Series>>,
}

/// One figure of one rival, over all rounds.
pub struct Series {
    pub name: &'static str,
    pub unit: &'static str,
    pub sample: Sample,
}

impl<'a> Measured<'a> {
    pub fn new(comparison: &'a Comparison, flavour: Flavour) -> Self {
        let series = comparison.rivals.iter().map(|_| Vec::new()).collect();
        Self {
            comparison,
            flavour,
            series,
        }
    }

    /// A round: every contender is measured once, in an order that changes with `round`. A contender without figures
    /// could not be measured.
    pub fn round(&mut self, round: usize, mut measure: impl FnMut(&Rival, Flavour) -> Vec<Figure>) {
        let rivals = &self.comparison.rivals;
        for at in 0..rivals.len() {
            let at = (at + round) % rivals.len();
            let figures = measure(&rivals[at], self.flavour);
            add(&mut self.series[at], figures);
        }
    }

    /// A figure of the contender `rival`; its first figure if none is named.
    pub fn series(&self, rival: &str, figure: Option<&str>) -> Option<&Series> {
        let mut rivals = self.comparison.rivals.iter();
        let series = &self.series[rivals.position(|one| one.name == rival)?];
        match figure {
            None => series.first(),
            Some(figure) => series.iter().find(|one| one.name == figure),
        }
    }
}

fn add(series: &mut Vec<Series>, figures: Vec<Figure>) {
    if figures.is_empty() {
        return;
    }
    if series.is_empty() {
        series.extend(figures.iter().map(|figure| Series {
            name: figure.name,
            unit: figure.unit,
            sample: Sample::default(),
        }));
    }
    assert_eq!(
        series.len(),
        figures.len(),
        "each round has the same figures"
    );
    for (series, figure) in series.iter_mut().zip(figures) {
        assert_eq!(series.name, figure.name, "in the same order");
        series.sample.add(figure.value);
    }
}

impl Series {
    pub fn label(&self) -> String {
        format!("{}, {}", self.name, self.unit)
    }
}

impl fmt::Display for Measured<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {}", self.comparison.name, self.flavour)?;
        for (rival, series) in self.comparison.rivals.iter().zip(&self.series) {
            write!(f, "  {:32}", rival.name)?;
            for one in series {
                write!(f, " {:>10} {}", number(one.sample.median()), one.label())?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Two contenders with two figures each. The figures of the second one are half as large.
    pub fn comparison() -> Comparison {
        let of = |half: f64| {
            move |_: Flavour, scale: f64| {
                let (p50, p99) = (scale * half, 10.0 * scale * half);
                vec![Figure::new("p50", "µs", p50), Figure::new("p99", "µs", p99)]
            }
        };
        Comparison {
            name: "some",
            about: "Nothing.",
            flavours: &[Flavour::One],
            effort: Effort::Light,
            rivals: vec![Rival::new("plain", of(1.0)), Rival::new("fluid", of(0.5))],
            goals: Vec::new(),
        }
    }

    /// Three rounds, of 4, 2 and 6.
    pub fn measured(comparison: &Comparison) -> Measured<'_> {
        let mut measured = Measured::new(comparison, Flavour::One);
        for (round, scale) in [(1, 4.0), (2, 2.0), (3, 6.0)] {
            measured.round(round, |rival, flavour| rival.measure(flavour, scale));
        }
        measured
    }

    #[test]
    fn each_figure_of_each_rival_is_kept_for_itself() {
        let comparison = comparison();
        let measured = measured(&comparison);
        for (rival, figure, median) in [
            ("plain", None, 4.0),
            ("plain", Some("p99"), 40.0),
            ("fluid", Some("p50"), 2.0),
            ("fluid", Some("p99"), 20.0),
        ] {
            let series = measured.series(rival, figure).expect("a series");
            assert!((series.sample.median() - median).abs() < 1e-9, "{rival}");
        }
        assert!(measured.series("fluid", Some("p98")).is_none());
        assert!(measured.series("liquid", None).is_none());
    }

    #[test]
    fn each_rival_is_the_first_one_in_its_turn() {
        let comparison = comparison();
        let mut measured = Measured::new(&comparison, Flavour::One);
        let mut order = Vec::new();
        for round in 1..=2 {
            measured.round(round, |rival, flavour| {
                order.push(rival.name);
                rival.measure(flavour, 1.0)
            });
        }
        assert_eq!(order, ["fluid", "plain", "plain", "fluid"]);
    }

    #[test]
    fn a_round_in_which_a_rival_could_not_be_measured_adds_no_figures() {
        let comparison = comparison();
        let mut measured = Measured::new(&comparison, Flavour::One);
        for round in 1..=2 {
            measured.round(round, |rival, flavour| {
                if rival.name == "plain" && round == 2 {
                    return Vec::new();
                }
                rival.measure(flavour, 1.0)
            });
        }
        let bounds = |rival| measured.series(rival, None).map(|one| one.sample.bounds());
        assert_eq!(bounds("plain"), Some((1.0, 1.0)));
        assert_eq!(bounds("fluid"), Some((0.5, 0.5)));
        let nobody = Measured::new(&comparison, Flavour::One);
        assert!(nobody.series("fluid", None).is_none());
    }
}
