//! The syntax of the macros: each form has its effect at run time.

mod building;
mod callbacks;
mod cron;
mod fused;
mod graph;
mod groups;
mod ingress;
mod lanes;
mod moved;
mod options;
mod parameters;
mod returns;
mod support;
mod values;
