//! The queue in every order of threads.

mod batches;
mod forced;
mod given;
mod lanes;
mod overflow;
mod waiting;

use super::*;
use crate::queue::sender::Sender;
use crate::sync::blocking::block_on;
use crate::sync::thread::{self, JoinHandle};

fn channel(capacity: usize, overflow: Overflow) -> Arc<Channel<u64>> {
    let options = Options::new().capacity(capacity).overflow(overflow);
    Channel::new("test".into(), &options, None)
}

fn edge(channel: &Arc<Channel<u64>>) -> Sender<u64> {
    Sender::new(Arc::clone(channel), SendOrigin::Edge)
}

/// Sends from another thread, and waits for room. Returns the messages that were refused.
fn send<const N: usize>(channel: &Arc<Channel<u64>>, messages: [u64; N]) -> JoinHandle<Vec<u64>> {
    let sender = edge(channel);
    thread::spawn(move || {
        let sent = messages.map(|message| sender.blocking_send(message));
        sent.into_iter()
            .filter_map(|sent| sent.err().map(|refused| refused.message))
            .collect()
    })
}

/// Handles what comes on another thread, until nothing comes any more. Returns what it has handled.
fn handle(channel: &Arc<Channel<u64>>, lane: usize) -> JoinHandle<Vec<u64>> {
    let mut queue = Queue::new(channel, lane);
    thread::spawn(move || std::iter::from_fn(|| block_on(queue.next())).collect())
}

/// Nothing is lost, and nothing is left.
fn assert_conserved(channel: &Channel<u64>) -> Counts {
    let counts = channel.counts();
    assert!(counts.conserved(), "{counts:?}");
    assert_eq!(channel.queue_size(), 0);
    counts
}
