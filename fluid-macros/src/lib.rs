//! The macros of fluid: `#[worker]`, `#[consumer]` and `workers!`. The crate `fluid` exports and documents them.
//!
//! Each macro has three stages. *Parse* reads the tokens into a model. *Check* collects the user's mistakes and
//! emits nothing. *Expand* emits the output and never fails. A part that cannot be understood is left out of the
//! expansion, but never the user's item.

mod control_flow;
#[cfg(test)]
mod documented;
mod error;
#[cfg(test)]
mod files;
mod function;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod golden;
mod group;
mod hygiene;
mod mention;
mod option;
mod port;
mod text;
mod words;

use proc_macro::TokenStream;

#[allow(missing_docs, reason = "documented in the crate `fluid`")]
#[proc_macro_attribute]
pub fn worker(options: TokenStream, item: TokenStream) -> TokenStream {
    function::run(function::Role::Worker, options.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented in the crate `fluid`")]
#[proc_macro_attribute]
pub fn consumer(options: TokenStream, item: TokenStream) -> TokenStream {
    function::run(function::Role::Consumer, options.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented in the crate `fluid`")]
#[proc_macro]
pub fn workers(input: TokenStream) -> TokenStream {
    group::run(input.into()).into()
}
