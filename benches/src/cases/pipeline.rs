//! The latency of a message through a source, a stage and a sink: in an idle pipeline, and under load.

mod actix;
mod channels;
mod course;
mod fluid;
mod kameo;
mod ractor;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use fluid_benches::sample::Sample;

use self::course::{Course, Pace};
use crate::case::{BOTH, Flavour};
use crate::comparison::{Comparison, Effort, Figure, Rival};
use crate::goal::goal;

const LOOP: &str = "tokio, loop";

pub fn all() -> Vec<Comparison> {
    let no_worse = |figure| goal("fluid", 1.0, LOOP).in_figure(figure);
    vec![
        Comparison {
            name: "latency, idle",
            about: "One message at a time goes from a source through a stage to a sink. The next one is sent a little \
                    after it has arrived, when all threads sleep.",
            flavours: BOTH,
            effort: Effort::Light,
            rivals: rivals(10_000, Pace::OneAtATime, Duration::ZERO),
            goals: vec![no_worse("p50"), no_worse("p99")],
        },
        Comparison {
            name: "latency, half load",
            about: "The same pipeline, but the stage and the sink compute for 2 µs each, and a message is due every 8 \
                    µs, half of what one thread can do. The latency counts from when the message was due.",
            flavours: BOTH,
            effort: Effort::Light,
            rivals: rivals(
                50_000,
                Pace::Every(Duration::from_micros(8)),
                Duration::from_micros(2),
            ),
            goals: Vec::new(),
        },
    ]
}

type Going = Pin<Box<dyn Future<Output = ()>>>;

fn rivals(messages: u64, pace: Pace, handling: Duration) -> Vec<Rival> {
    let in_tasks = |name, go: fn(Course) -> Going| {
        Rival::new(name, move |flavour, scale| {
            let course = Course::new((messages as f64 * scale) as u64, pace, handling);
            flavour.runtime().block_on(go(course.clone()));
            figures(&course)
        })
    };
    let alone = |name, go: fn(Flavour, Course)| {
        Rival::new(name, move |flavour, scale| {
            let course = Course::new((messages as f64 * scale) as u64, pace, handling);
            go(flavour, course.clone());
            figures(&course)
        })
    };
    vec![
        in_tasks(LOOP, |course| Box::pin(channels::tokio(course))),
        in_tasks("crossfire", |course| Box::pin(channels::crossfire(course))),
        in_tasks("kanal", |course| Box::pin(channels::kanal(course))),
        alone("actix", actix::actors),
        in_tasks("kameo", |course| Box::pin(kameo::actors(course))),
        in_tasks("ractor", |course| Box::pin(ractor::actors(course))),
        in_tasks("fluid", |course| Box::pin(fluid::group(course))),
    ]
}

fn figures(course: &Course) -> Vec<Figure> {
    let latencies = Sample::from(course.latencies());
    let figure = |(name, percent)| Figure::new(name, "µs", latencies.percentile(percent));
    [("p50", 50.0), ("p99", 99.0), ("p99.9", 99.9)]
        .map(figure)
        .to_vec()
}
