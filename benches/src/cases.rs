//! What is measured.

mod as_run;
mod batches;
mod broadcast;
mod competing;
mod fan_in;
mod four_stages;
mod fused;
mod lanes;
mod one_to_one;
mod options;
mod question;

use crate::case::Case;

pub fn all() -> Vec<Case> {
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
