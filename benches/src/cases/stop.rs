//! A stop under load: how soon it is seen, and whether accepted messages are handled.
//!
//! A source and a client feed a stage, and the stage feeds a sink. Stage and sink compute for each message, so that both
//! queues are full. At a random moment all are asked to stop. The source must then send no more messages, and the stage
//! must refuse those of the client, which is not told of the stop. The stop was *seen* when the later of the two has
//! happened. The sink has no part in that: accepted messages must still reach it.

mod by_hand;
mod fluid;
mod trial;

use std::future::Future;
use std::pin::Pin;

use fluid_benches::sample::Sample;

use self::by_hand::First;
use self::trial::{Outcome, Trial};
use crate::case::{BOTH, Flavour};
use crate::comparison::{Comparison, Effort, Figure, Rival};
use crate::goal::limit;

/// How many stops there are in a whole round.
const STOPS: u32 = 200;

pub fn comparison() -> Comparison {
    let rivals: [(_, Run); _] = [
        ("tokio, select! of the message first", |trial| {
            Box::pin(by_hand::tasks(trial, First::Message))
        }),
        ("tokio, select! of the stop first", |trial| {
            Box::pin(by_hand::tasks(trial, First::Stop))
        }),
        ("fluid", |trial| Box::pin(fluid::group(trial))),
    ];
    let rivals = rivals
        .into_iter()
        .map(|(name, run)| Rival::new(name, move |flavour, scale| measure(run, flavour, scale)));
    Comparison {
        name: "stop under load",
        about: "A source and a client feed a stage, which feeds a sink. Stage and sink compute for 2 and 3 µs, and their \
                queues are full. The stop is *seen* when the source sends no more and the client is refused, which is \
                observed for 20 ms. It has *ended* when all tasks have ended. *Lost* are accepted messages that were \
                never handled.",
        flavours: BOTH,
        effort: Effort::Light,
        rivals: rivals.collect(),
        goals: vec![
            limit("fluid", "seen, p99", 1_000.0),
            limit("fluid", "lost", 0.0),
        ],
    }
}

type Run = fn(Trial) -> Pin<Box<dyn Future<Output = ()>>>;

fn measure(run: Run, flavour: Flavour, scale: f64) -> Vec<Figure> {
    let runtime = flavour.runtime();
    let stops = (f64::from(STOPS) * scale) as u32;
    let outcomes: Vec<Outcome> = (0..stops)
        .map(|number| {
            let trial = Trial::new(number);
            runtime.block_on(run(trial.clone()));
            trial.outcome()
        })
        .collect();
    let of =
        |what: fn(&Outcome) -> f64| Sample::from(outcomes.iter().map(what).collect::<Vec<_>>());
    let (seen, ended) = (of(|one| one.seen), of(|one| one.ended));
    let lost: u64 = outcomes.iter().map(|one| one.lost).sum();
    vec![
        Figure::new("seen, p50", "µs", seen.percentile(50.0)),
        Figure::new("seen, p99", "µs", seen.percentile(99.0)),
        Figure::new("ended, p50", "µs", ended.percentile(50.0)),
        Figure::new("lost", "messages a stop", lost as f64 / f64::from(stops)),
    ]
}
