//! The macros of fluid: `#[worker]`, `#[consumer]` and `workers!`. Their documentation is where they
//! are used from, in the crate `fluid`.
//!
//! Each macro is three stages that hand on what they understood: *parse* reads the tokens, *check*
//! collects the user's mistakes and never emits, *expand* emits and never fails. What cannot be
//! understood is left out of the expansion, never the user's own item.

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
