//! The rule that messages come from outside to `pub` consumers only.

/// A message for a worker that takes none from outside. There is none.
#[diagnostic::on_unimplemented(
    message = "this worker takes no messages from outside its group: write `pub` before its name there",
    label = "only the handle of a `pub` consumer can send",
    note = "in `workers!`, write `pub store: Store {{ … }}` in the place of `store: Store {{ … }}`"
)]
pub trait IsSentFromOutside {
    #[doc(hidden)]
    fn never<T>() -> T;
}
