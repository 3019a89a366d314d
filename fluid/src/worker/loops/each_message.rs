//! The loops of consumers: a call for each message, or for each batch of messages.

use std::future::Future;

use crate::error::Error;
use crate::node::context::Context;
use crate::queue::Batching;
use crate::worker::downstream::Downstream;
use crate::worker::handle_message::Copy;
use crate::worker::loops::{Calls, NextInput, Sealed, Takes, call_each};
use crate::worker::stage::Stage;
use crate::worker::{Io, Worker};

/// `#[consumer]`: a call for each message of the queue.
#[derive(Debug)]
pub struct EachMessage;

impl Sealed for EachMessage {}

impl<M: Send> Takes<M> for EachMessage {
    type Input = M;

    fn copied(message: &M, copy: Copy<M>) -> M {
        copy(message)
    }

    fn messages(message: M) -> impl Iterator<Item = M> + Send {
        std::iter::once(message)
    }
}

impl<S> Calls<S> for EachMessage
where
    S: Stage<Input = <S as Worker>::Message>,
{
    fn make<N: Downstream<S::Output>>(
        worker: &mut S,
        ctx: &Context,
        io: &mut Io<S>,
        downstream: &mut N,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        call_each(Self, worker, ctx, io, downstream)
    }
}

impl<S> NextInput<S> for EachMessage
where
    S: Stage<Input = <S as Worker>::Message>,
{
    #[inline]
    fn ready(&mut self, io: &mut Io<S>) -> Option<S::Message> {
        io.queue.ready()
    }

    async fn wait(&mut self, _: &Context, io: &mut Io<S>) -> Option<S::Message> {
        if io.queue.is_of_nothing() {
            io.queue.ended().await;
            return None;
        }
        io.queue.arrival().await.then(|| io.queue.first())
    }
}

/// `#[consumer(batch = …)]`: a call for each batch of messages.
#[derive(Debug)]
pub struct EachBatch;

impl Sealed for EachBatch {}

impl<M: Send> Takes<M> for EachBatch {
    type Input = Vec<M>;

    fn copied(batch: &Vec<M>, copy: Copy<M>) -> Vec<M> {
        batch.iter().map(copy).collect()
    }

    fn messages(batch: Vec<M>) -> impl Iterator<Item = M> + Send {
        batch.into_iter()
    }
}

impl<S> Calls<S> for EachBatch
where
    S: Stage<Input = Vec<<S as Worker>::Message>>,
{
    fn make<N: Downstream<S::Output>>(
        worker: &mut S,
        ctx: &Context,
        io: &mut Io<S>,
        downstream: &mut N,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        let options = &ctx.node().options;
        let batching = Batching {
            size: options.batch,
            linger: options.linger,
            key: S::KEY,
            weight: S::WEIGHT,
            max_weight: options.max_weight,
        };
        call_each(batching, worker, ctx, io, downstream)
    }
}

impl<S> NextInput<S> for Batching<S::Message>
where
    S: Stage<Input = Vec<<S as Worker>::Message>>,
{
    async fn wait(&mut self, _: &Context, io: &mut Io<S>) -> Option<Vec<S::Message>> {
        io.queue.next_batch(self).await
    }
}
