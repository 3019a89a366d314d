//! The values of options that select one of several effects.

/// The time that a heartbeat measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pace {
    /// The pause after a call. A slow call delays all later calls.
    #[default]
    Delay,
    /// The time between the starts of two calls. A beat that is due while a call runs is *missed*: it is counted,
    /// and not made up for.
    Rate,
}

/// The effect of a failed call: of an error, a panic or a timeout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnError {
    /// The worker ends as failed, and its group stops, even if the group has a strategy.
    #[default]
    Stop,
    /// The failure is counted and stored as the last error, and the worker continues with its state. The message is
    /// lost, which makes the exit code 2 ([`Options::on_lost`](crate::Options::on_lost)). A worker written by hand makes its own calls, so
    /// an error of its `run` is not skipped.
    Skip,
    /// The worker is rebuilt after a backoff of 100 ms, doubled at each consecutive failure up to 5 s. Its queue
    /// and its handles stay. If the group has a strategy ([`Workers::restart`](crate::Workers::restart)), each
    /// restart spends one restart of its budget.
    Restart,
}

/// The effect of a stall: of a call without a sign of life for the time of [`stall`](crate::Options::stall).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnStall {
    /// The stall is logged, counted, and shown in the status. The call continues.
    #[default]
    Report,
    /// The call is dropped at its `await`, and fails with [`Stalled`](crate::error::Stalled). This is one failed attempt,
    /// and the remaining attempts follow ([`Options::retry`](crate::Options::retry)). After the last attempt, the message leaves by the
    /// port `failed` or is counted as failed. The worker is then restarted, whatever its [`OnError`] is. The
    /// strategy and the budget of the group apply. Without a strategy, the worker is restarted alone, after the
    /// backoff of [`OnError::Restart`].
    ///
    /// A call that blocks its thread cannot be dropped. This is reported, and the restart follows when the call
    /// returns. Its message then counts as done.
    Restart,
}

/// The effect of the end of a worker on its group. It does not apply to failures. A failure stops the group, unless
/// [`OnError`] or the strategy of the group answers it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnExit {
    /// The group stops gracefully.
    #[default]
    Stop,
    /// The group continues without the worker.
    Ignore,
}

/// The effect of lost messages of a consumer ([`Options::on_lost`](crate::Options::on_lost)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnLost {
    /// The exit code is 2, and the [`Exit`](crate::Exit) names the consumer.
    #[default]
    Fail,
    /// Lost messages are expected, and do not change the exit.
    Ignore,
}

/// The effect of a message sent to a full queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// The sender waits for room.
    #[default]
    Wait,
    /// The new message is dropped, and counted.
    DropNewest,
    /// The oldest message in the queue is dropped, and counted.
    DropOldest,
}
