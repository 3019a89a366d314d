//! The options whose value is one of several words.

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

/// What becomes of the times of a cron pattern that pass without a call: because the call before was still running, the worker
/// was restarted, or the machine slept. They are counted as missed beats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missed {
    /// The next call is at the next time.
    #[default]
    Skip,
    /// One call at once stands for all of them.
    Once,
}

/// When a member is asked to stop, if its group stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopOrder {
    /// In the order of the graph: when all that feeds it has ended, or at once if nothing feeds it.
    #[default]
    First,
    /// When all members that stop [`First`](Self::First) have ended, and then in the order of the graph. Until then it runs
    /// as before: a consumer accepts messages from outside, and a failure is answered by a restart. This is for a member
    /// that serves the status of the others while they drain.
    ///
    /// It feeds only members that stop last too: a group in which it feeds another one does not start. A feedback edge may
    /// lead anywhere. A member behind a fused edge stops with its caller, whatever its own option says. A nested group that
    /// stops last stops as a whole, and a member of a nested group is the last of that group.
    ///
    /// The grace period is that of the whole stop. A forced stop forces all members at the same time.
    Last,
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
    /// restart spends one restart of its budget. With [`max_restarts`](crate::Options::max_restarts) each restart also spends one
    /// of the worker's own budget. When a budget is used up, the worker fails, and its group stops or the group above
    /// decides.
    Restart,
    /// The worker ends as failed, the failure is logged as an error, and the group continues without the worker. The
    /// group forgets it, as with [`OnExit::Forget`], and counts it in [`Forgotten::failed`](crate::Forgotten::failed).
    /// For workers that do not depend on each other, such as one for each tenant. Such a worker also ends without a
    /// failure, for instance when its handle stops it. By default that stops the group, so set [`OnExit::Forget`] too:
    ///
    /// ```
    /// use fluid::{Workers, consumer};
    ///
    /// #[consumer(on_error = "forget", on_exit = "forget")]
    /// async fn tenant(amount: u64, limit: u64) -> Result<(), String> {
    ///     if amount > limit { Err(format!("{amount} is too much")) } else { Ok(()) }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let group = Workers::new("tenants").startup().await?;
    /// let (first, second) = (group.add(Tenant { limit: 10 })?, group.add(Tenant { limit: 10 })?);
    /// first.send(11).await?;
    /// assert!(first.wait_for_shutdown().await.cause().is_failure());
    /// assert!(second.shutdown().await.is_success());
    /// assert!(group.is_running());
    ///
    /// let exit = group.shutdown().await;
    /// let forgotten = exit.forgotten().expect("both");
    /// assert_eq!((forgotten.workers, forgotten.failed), (2, 1));
    /// // The message that failed is lost.
    /// assert_eq!(exit.code(), 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// With [`max_restarts`](crate::Options::max_restarts) the worker is restarted that often first, like with `Restart`. These
    /// restarts spend none of the group's budget.
    ///
    /// The failure of a worker does not change the exit code. Its [lost](crate::Exit::lost) messages do, which include
    /// those that its queue still held, and so does a worker that was forced to end.
    ///
    /// A worker that fails at the stop of its group, or after the stop has begun, is not forgotten: the exit of the group
    /// contains its exit. Some failures stop the group all the same: an `on_startup` that fails when the group starts,
    /// and a worker that blocks its thread and cannot be ended, also below a nested group.
    Forget,
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
    /// strategy and the budget of the group apply, and the worker's own [`max_restarts`](crate::Options::max_restarts). When a
    /// budget is used up, the worker fails, or is forgotten with [`OnError::Forget`]. Without a strategy, the worker is restarted alone, after the
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
    /// Like `Ignore`, and the group forgets the worker: it leaves the [`Status`](crate::Status), its name is free, and
    /// only its counts are kept, in sums ([`Forgotten`](crate::Forgotten)). For workers that come and go: a group can
    /// run any number of them, one after the other, in the same memory. A handle of the worker still returns its exit.
    ///
    /// The worker is forgotten shortly after its exit is known: a task that has awaited the exit may still find the worker
    /// in the status. A worker that [`GroupHandle::remove`](crate::GroupHandle::remove) takes out is not in the sums.
    ///
    /// A worker that ends after the stop of its group has begun is not forgotten. Nor is one that blocks its thread and
    /// cannot be ended. A failure is answered by [`OnError`] and not by this.
    Forget,
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

/// Where a message waits for its next attempt ([`Options::retry_in`](crate::Options::retry_in)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryIn {
    /// In its lane, where all later messages wait too. The order of the messages is kept.
    #[default]
    Lane,
    /// Beside the queue, while its lane handles later messages. The order is given up, also that of the messages of one key.
    ///
    /// As many messages can wait there as the queue has [capacity](crate::Options::capacity); with several lanes, each has its
    /// share. When a message finds no room, it waits in its lane. The
    /// [`queue_size`](crate::Status::queue_size) includes those that wait.
    ///
    /// A restart keeps them. A stop ends their pauses: the remaining attempts are made at once. At a forced stop they are
    /// undelivered.
    Queue,
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
