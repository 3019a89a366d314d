//! A worker written by hand: it gathers messages into batches.

use std::marker::PhantomData;
use std::time::Duration;

use fluid::{
    Context, Error, Worker,
    by_hand::{Io, Queue},
};
use tokio::time::Instant;

/// Gathers messages, and hands them on when there are enough of them, or when the first of them has
/// lingered long enough, or when no more will come.
#[derive(Debug)]
pub struct Gather<T> {
    most: usize,
    linger: Duration,
    message: PhantomData<fn(T)>,
}

impl<T> Gather<T> {
    /// Batches of at most this many messages, none of which waits longer than `linger`.
    pub fn new(most: usize, linger: Duration) -> Self {
        Self {
            most,
            linger,
            message: PhantomData,
        }
    }

    /// The batch that begins with this message.
    async fn batch(&self, first: T, queue: &mut Queue<T>) -> Vec<T> {
        let due = Instant::now() + self.linger;
        let mut batch = vec![first];
        while batch.len() < self.most {
            let Some(message) = queue.get_message(due - Instant::now()).await else {
                break;
            };
            batch.push(message);
        }
        batch
    }
}

impl<T: Send + Sync + 'static> Worker for Gather<T> {
    type Message = T;
    type Output = Vec<T>;
    type Ports = ();

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(first) = io.queue.next().await {
            let batch = self.batch(first, &mut io.queue).await;
            io.output.send(batch).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use fluid::{Slot, Workers, consumer};

    use super::*;

    /// Remembers the batches.
    #[consumer]
    async fn remember(batch: Vec<u32>, batches: &Mutex<Vec<Vec<u32>>>) {
        batches.lock().expect("no panic").push(batch);
    }

    type Batches = Arc<Mutex<Vec<Vec<u32>>>>;

    /// A group that gathers numbers, where to send them, and where the batches go.
    fn gathering(linger: Duration) -> (Workers, Slot<Gather<u32>>, Batches) {
        let batches = Batches::default();
        let mut workers = Workers::new("test");
        let gather = workers.add(Gather::new(3, linger));
        let remember = workers.add(Remember {
            batches: Arc::clone(&batches),
        });
        workers.connect(&gather, &remember);
        (workers, gather, batches)
    }

    #[tokio::test]
    async fn a_batch_goes_when_it_is_full_and_at_the_end() {
        let (workers, gather, batches) = gathering(Duration::from_secs(3_600));
        for number in 1..=7 {
            gather.send(number).await.expect("accepted");
        }
        let exit = workers.startup().await.expect("started").shutdown().await;
        assert!(exit.is_success(), "{exit}");
        let wanted = [vec![1, 2, 3], vec![4, 5, 6], vec![7]];
        assert_eq!(*batches.lock().expect("no panic"), wanted);
    }

    #[tokio::test]
    async fn a_batch_goes_when_it_has_lingered() {
        let (workers, gather, batches) = gathering(Duration::from_millis(1));
        let group = workers.startup().await.expect("started");
        gather.send(1).await.expect("accepted");
        while batches.lock().expect("no panic").is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(*batches.lock().expect("no panic"), [vec![1]]);
        group.shutdown().await;
    }
}
