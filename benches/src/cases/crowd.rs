//! Many workers that have little to do: the cost of each to start, to idle and to stop.
//!
//! Some workers beat once a second, for the first time at once. Others wait for messages, and get a single one. A crowd
//! has started when each worker has had its first beat or message. It has stopped when the state of all workers was
//! dropped and the library reports that they have ended.

mod actix;
mod by_hand;
mod fluid;
mod kameo;
mod member;
mod ractor;

use std::time::{Duration, Instant};

use self::member::{Crowd, Size};
use crate::case::Flavour;
use crate::comparison::{Comparison, Effort, Figure, Rival};
use crate::goal::{Goal, goal};

const TASK: &str = "tokio, tasks";

/// Starts a crowd, and stops it after the measurement.
type Run = fn(Flavour, Crowd);

pub fn all() -> Vec<Comparison> {
    let goals = |figures: &[(&'static str, f64)]| {
        let goal = |&(figure, at_most): &(_, f64)| goal("fluid", at_most, TASK).in_figure(figure);
        figures.iter().map(goal).collect()
    };
    let idle = [
        ("memory", 1.0),
        ("start", 1.0),
        ("stop", 1.0),
        ("beat", 0.5),
    ];
    vec![
        beating("idle, 1 k", 1_000, Effort::Heavy, Vec::new()),
        beating("idle, 100 k", 100_000, Effort::Heavy, goals(&idle)),
        beating("idle, 1 M", 1_000_000, Effort::Huge, Vec::new()),
        comparison(
            "group of 10 k",
            "5,000 workers that beat once a second, and 5,000 consumers.",
            Size {
                beating: 5_000,
                listening: 5_000,
            },
            Effort::Heavy,
            Vec::new(),
        ),
    ]
}

fn beating(name: &'static str, beating: u64, effort: Effort, goals: Vec<Goal>) -> Comparison {
    let size = Size {
        beating,
        listening: 0,
    };
    let about = "Workers that beat once a second and do nothing else.";
    comparison(name, about, size, effort, goals)
}

fn comparison(
    name: &'static str,
    about: &'static str,
    size: Size,
    effort: Effort,
    goals: Vec<Goal>,
) -> Comparison {
    let rivals: [(_, Run); _] = [
        (TASK, |flavour, crowd| {
            flavour.runtime().block_on(by_hand::tasks(crowd));
        }),
        ("actix", actix::actors),
        ("kameo", |flavour, crowd| {
            flavour.runtime().block_on(kameo::actors(crowd));
        }),
        ("ractor", |flavour, crowd| {
            flavour.runtime().block_on(ractor::actors(crowd));
        }),
        ("fluid", |flavour, crowd| {
            flavour.runtime().block_on(fluid::group(crowd));
        }),
        ("fluid, added while it runs", |flavour, crowd| {
            flavour.runtime().block_on(fluid::added(crowd));
        }),
    ];
    let rivals = rivals.into_iter().map(|(name, run)| {
        Rival::new(name, move |flavour, scale| {
            measure(run, flavour, size, scale)
        })
    });
    Comparison {
        name,
        about,
        flavours: &[Flavour::Two],
        effort,
        rivals: rivals.collect(),
        goals,
    }
}

fn measure(run: Run, flavour: Flavour, size: Size, scale: f64) -> Vec<Figure> {
    // One-time costs are no part of the cost of one more worker.
    run(flavour, Crowd::new(Size::FEW, Duration::ZERO));
    let idle = if size.listening == 0 {
        Duration::from_secs(if scale < 1.0 { 2 } else { 5 })
    } else {
        Duration::ZERO
    };
    let crowd = Crowd::new(size, idle);
    let seen = crowd.seen();
    run(flavour, crowd);
    let gone = Instant::now();
    seen.figures(gone, idle)
}
