//! The rule that only `pub` consumers accept messages from outside their group.

/// A message type for a worker that accepts no messages from outside. No type implements it.
#[diagnostic::on_unimplemented(
    message = "this worker takes no messages from outside its group: write `pub` before its name there",
    label = "only the handle of a `pub` consumer can send",
    note = "in `workers!`, write `pub store: Store {{ … }}` in the place of `store: Store {{ … }}`"
)]
pub trait IsSentFromOutside {
    #[doc(hidden)]
    fn never<T>() -> T;
}
