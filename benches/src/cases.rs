//! What is measured.

mod as_run;
mod batches;
mod broadcast;
mod competing;
mod crowd;
mod fan_in;
mod four_stages;
mod fused;
mod lanes;
mod one_to_one;
mod options;
mod pipeline;
mod question;
mod stop;

use crate::case::Case;
use crate::comparison::Comparison;

pub fn all() -> Vec<Comparison> {
    let throughput = throughput().into_iter().map(Comparison::from);
    let stop = [stop::comparison()];
    let others = pipeline::all().into_iter().chain(stop).chain(crowd::all());
    throughput.chain(others).collect()
}

fn throughput() -> Vec<Case> {
    vec![
        one_to_one::small(),
        one_to_one::large(),
        as_run::case(),
        options::case(),
        four_stages::case(),
        fan_in::case(),
        competing::case(),
        lanes::case(),
        broadcast::case(),
        fused::case(),
        batches::batches(),
        batches::vec_outputs(),
        question::case(),
    ]
}
