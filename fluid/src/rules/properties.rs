//! The rules about what the function of a worker says in its attribute: on a field of a group, or at a fused edge.
//!
//! For a worker with such options, `#[worker]` and `#[consumer]` generate a function `declared_properties`. For all
//! others, the function of [`HasProperties`] is found. `workers!` checks a rule on the value that it returns.

/// A property that a worker has.
#[derive(Debug)]
pub struct Yes;

/// A property that a worker does not have.
#[derive(Debug)]
pub struct No;

/// A truth value that is a constant.
#[derive(Debug)]
pub struct If<const IT: bool>;

/// The answer for a truth value.
pub trait Answer {
    /// [`Yes`] or [`No`].
    type Is;

    /// The value of it.
    const IS: Self::Is;
}

impl Answer for If<true> {
    type Is = Yes;
    const IS: Yes = Yes;
}

impl Answer for If<false> {
    type Is = No;
    const IS: No = No;
}

/// What the options and the parameters of a function say, each as [`Yes`] or [`No`].
#[derive(Debug)]
pub struct Properties<Blocking, Lanes, Stall, LaneState, Retry, Batches, Beside> {
    /// Whether the function blocks its thread.
    pub blocking: Blocking,
    /// Whether the worker has several lanes.
    pub lanes: Lanes,
    /// Whether the option `stall` is set.
    pub stall: Stall,
    /// Whether each lane would have state of its own.
    pub state: LaneState,
    /// Whether the option `retry` is set.
    pub retry: Retry,
    /// Whether the option `batch` is set.
    pub batches: Batches,
    /// Whether messages wait for another attempt beside the queue.
    pub beside: Beside,
}

/// Implemented for every type, so that workers without such options pass the rules.
#[doc(hidden)]
pub trait HasProperties {
    /// None of them.
    #[must_use]
    fn declared_properties() -> Properties<No, No, No, No, No, No, No> {
        Properties {
            blocking: No,
            lanes: No,
            stall: No,
            state: No,
            retry: No,
            batches: No,
            beside: No,
        }
    }
}

impl<W: ?Sized> HasProperties for W {}

/// A worker that a fused edge can call, because it needs no thread of its own.
#[diagnostic::on_unimplemented(
    message = "`{W}` is `blocking`, and has a thread of its own: it needs a queue, so write `=>`",
    label = "`{W}` is `blocking`: write `=>` in the place of `->`"
)]
pub trait NeedsNoThread<W>: Sized {
    /// Checks the worker at the end of a fused edge.
    #[doc(hidden)]
    fn needs_no_thread(self) {}
}

#[diagnostic::do_not_recommend]
impl<W> NeedsNoThread<W> for No {}

/// A worker that can stand at a fused edge, because it has one lane.
#[diagnostic::on_unimplemented(
    message = "`{W}` has several lanes, and a fused edge joins two workers into one task: write `=>`",
    label = "`{W}` has several lanes: write `=>` in the place of `->`"
)]
pub trait HasOneLane<W>: Sized {
    /// Checks a worker at a fused edge.
    #[doc(hidden)]
    fn has_one_lane(self) {}
}

#[diagnostic::do_not_recommend]
impl<W> HasOneLane<W> for No {}

/// A worker whose calls can be ended when their time is over.
#[diagnostic::on_unimplemented(
    message = "`timeout` cannot end a `blocking` function: nothing can end what blocks a thread",
    label = "`{W}` is `blocking`: give what it waits for a time limit of its own"
)]
pub trait CanTimeOut<W>: Sized {
    /// Checks a worker on whose field `timeout` is set.
    #[doc(hidden)]
    fn can_time_out(self) {}
}

#[diagnostic::do_not_recommend]
impl<W> CanTimeOut<W> for No {}

/// A worker with the option `stall`.
#[diagnostic::on_unimplemented(
    message = "`on_stall` needs `stall`: without one no call is ever taken for a stall",
    label = "add `stall = \"30s\"` here, or to the function of `{W}`"
)]
pub trait HasStall<W>: Sized {
    /// Checks a worker on whose field `on_stall` is set.
    #[doc(hidden)]
    fn has_stall(self) {}
}

#[diagnostic::do_not_recommend]
impl<W> HasStall<W> for Yes {}

/// A worker that a fused edge can call, because its messages wait in the call for another attempt.
#[diagnostic::on_unimplemented(
    message = "`{W}` has `retry_in = \"queue\"`, and no queue behind a fused edge: write `=>`",
    label = "`{W}` has `retry_in = \"queue\"`: write `=>` in the place of `->`"
)]
pub trait RetriesInLane<W>: Sized {
    /// Checks the worker at the end of a fused edge.
    #[doc(hidden)]
    fn retries_in_lane(self) {}
}

#[diagnostic::do_not_recommend]
impl<W> RetriesInLane<W> for No {}

/// A worker with the option `retry`.
#[diagnostic::on_unimplemented(
    message = "`retry_in` needs `retry`: no message waits for another attempt",
    label = "add `retry = 3` here, or to the function of `{W}`"
)]
pub trait HasRetry<W>: Sized {
    /// Checks a worker on whose field `retry_in` is set.
    #[doc(hidden)]
    fn has_retry(self) {}
}

#[diagnostic::do_not_recommend]
impl<W> HasRetry<W> for Yes {}

/// A worker that takes one message at a time.
#[diagnostic::on_unimplemented(
    message = "`retry_in` does not go with `batch`: a batch is tried again as a whole, and waits in its lane",
    label = "`{W}` takes batches: leave `retry_in` out"
)]
pub trait TakesNoBatches<W>: Sized {
    /// Checks a worker on whose field `retry_in` is set.
    #[doc(hidden)]
    fn takes_no_batches(self) {}
}

#[diagnostic::do_not_recommend]
impl<W> TakesNoBatches<W> for No {}

/// A worker that can have several lanes.
#[diagnostic::on_unimplemented(
    message = "`{W}` has state, of which each lane would have its own",
    label = "let the function of `{W}` say which messages belong together, with `partition_by`"
)]
pub trait IsStateless<W>: Sized {
    /// Checks a worker on whose field `concurrency` is set.
    #[doc(hidden)]
    fn without_state(self) {}
}

#[diagnostic::do_not_recommend]
impl<W> IsStateless<W> for No {}
