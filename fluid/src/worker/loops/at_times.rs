//! The calls of a worker with a cron pattern.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::task::Poll;

use tokio::task::coop::consume_budget;

use super::beat::beat;
use crate::error::Error;
use crate::node::context::Context;
use crate::time::cron::{CronTimes, reach};
use crate::time::jitter::jitter;
use crate::time::wall;
use crate::worker::Io;
use crate::worker::call::{emit, is_silent, skip};
use crate::worker::downstream::Downstream;
use crate::worker::stage::Stage;

/// Makes a call at each time of the pattern, until the stop.
pub(super) async fn each_time<S: Stage<Input = ()>, N: Downstream<S::Output>>(
    stage: &mut S,
    ctx: &Context,
    io: &mut Io<S>,
    downstream: &mut N,
) -> Result<(), Error> {
    let node = ctx.node();
    let schedule = node.options.schedule();
    // Times that pass while the worker is restarted are missed, too.
    let mut times = CronTimes::new(&schedule, node.last_time())?;
    loop {
        let due = times.next(wall::now());
        if due.missed > 0 {
            node.miss_beats(due.missed);
            let (worker, missed) = (node.path(), due.missed);
            tracing::debug!(worker = &*worker, missed, "times of the pattern missed");
        }
        {
            let mut reach = pin!(reach(due.at, jitter(node.options.jitter)));
            // Each request to the incarnation polls this future, so reading the condition is enough.
            poll_fn(|cx| match ctx.is_running() {
                true => reach.as_mut().poll(cx),
                false => Poll::Ready(()),
            })
            .await;
        }
        let Some(at) = due.at.filter(|_| ctx.is_running()) else {
            return Ok(());
        };
        times.begin(at);
        node.note_time(at);
        consume_budget().await;
        let mut emission = None;
        let called = pin!(beat(stage, &mut emission, ctx, &io.output, &io.ports)).await;
        node.beats.fetch_add(1, Ordering::Relaxed);
        match called {
            Ok(()) if is_silent::<S::Output>() => {}
            Ok(()) => emit(&mut emission, ctx, &mut io.output, downstream).await,
            Err(error) => skip(error, ctx)?,
        }
        ctx.check_stall()?;
    }
}
