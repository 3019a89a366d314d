//! Tests of the formatter: by examples, on every body of the repository, on mutated bodies, and as a program.

mod bodies;
mod cases;
mod fuzz;
mod program;
mod support;
