//! The queue under real threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::*;
use crate::queue::sender::{Sender, block_on};

fn channel(capacity: usize, overflow: Overflow) -> Arc<Channel<u64>> {
    let options = Options::new().capacity(capacity).overflow(overflow);
    Channel::new("test".into(), &options, None)
}

/// Sends from two threads and consumes on a third, while `disturb` happens. Returns how many sends
/// were accepted and how many messages were handled.
fn rush(channel: &Arc<Channel<u64>>, disturb: impl FnOnce()) -> (u64, u64) {
    let (accepted, handled) = (AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            let sender = Sender::new(Arc::clone(channel), Inlet::Edge);
            scope.spawn(|| {
                let sender = sender;
                while sender.blocking_send(1).is_ok() {
                    accepted.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        scope.spawn(|| {
            let mut queue = Queue::new(Arc::clone(channel));
            while block_on(queue.next()).is_some() {
                handled.fetch_add(1, Ordering::SeqCst);
            }
            queue.settle();
        });
        while handled.load(Ordering::SeqCst) < 50 {
            thread::yield_now();
        }
        disturb();
    });
    (accepted.into_inner(), handled.into_inner())
}

#[test]
fn sealing_while_messages_are_sent_and_consumed_loses_none() {
    for round in 0..600 {
        let overflow = [Overflow::Wait, Overflow::DropNewest, Overflow::DropOldest][round % 3];
        let channel = channel(1 + round % 200, overflow);
        let (accepted, handled) = rush(&channel, || drop(channel.seal()));
        let counts = channel.counts();
        assert!(counts.conserved(), "{counts:?}");
        assert_eq!(counts.accepted, accepted);
        // The one in hand at the seal is undelivered, however it ends. So is one that the consumer takes
        // at that moment: it may look whether it is sealed just before that.
        assert!(
            (handled - 2..=handled).contains(&counts.done),
            "{handled} handled, {counts:?}"
        );
        assert_eq!(channel.queue_size(), 0);
    }
}

#[test]
fn closing_while_messages_are_sent_and_consumed_handles_all_that_were_accepted() {
    for round in 0..600 {
        let channel = channel(1 + round % 200, Overflow::Wait);
        let (accepted, handled) = rush(&channel, || channel.close());
        let counts = channel.counts();
        assert_eq!(
            (counts.accepted, counts.done, handled),
            (accepted, accepted, accepted)
        );
        assert!(counts.conserved(), "{counts:?}");
    }
}

#[test]
fn a_queue_never_holds_more_than_its_capacity() {
    for capacity in [1, 2, 3, 64, 200] {
        let channel = channel(capacity, Overflow::Wait);
        let mut most = 0;
        rush(&channel, || {
            for _ in 0..2000 {
                most = most.max(channel.queue_size());
            }
            // Closed before anything is asserted, or the threads would go on for ever.
            channel.close();
        });
        assert!(most <= capacity, "{most} of {capacity}");
    }
}

#[tokio::test]
async fn a_batch_that_is_handed_over_lets_in_a_sender_that_came_when_all_had_been_fetched() {
    let channel = channel(4, Overflow::Wait);
    let sender = Sender::new(Arc::clone(&channel), Inlet::Edge);
    for number in 0..4 {
        assert!(sender.try_send(number).is_ok());
    }
    let waits = tokio::spawn(async move { sender.send(4).await.is_ok() });
    let mut queue = Queue::new(Arc::clone(&channel));
    for _ in 0..2 {
        // What is fetched still counts, so the sender that this wakes waits again.
        tokio::task::yield_now().await;
        channel.fetch_all(&mut queue.portion, usize::MAX);
    }
    tokio::task::yield_now().await;
    let batching = Batching {
        size: 100,
        linger: None,
        key: None,
        weight: None,
        max_weight: usize::MAX,
    };
    assert_eq!(queue.next_batch(&batching).await, Some(vec![0, 1, 2, 3]));
    let sent = tokio::time::timeout(std::time::Duration::from_secs(20), waits).await;
    assert!(sent.expect("it is let in").unwrap());
    drop(queue);
    let counts = channel.counts();
    assert_eq!((counts.accepted, counts.undelivered), (5, 5));
}

#[tokio::test]
async fn what_one_taker_holds_keeps_no_other_from_being_finished() {
    let options = Options::new().concurrency(2);
    let channel: Arc<Channel<u64>> = Channel::new("test".into(), &options, None);
    let sender = Sender::new(Arc::clone(&channel), Inlet::Edge);
    let [mut holds, other] = [(); 2].map(|()| Queue::new(Arc::clone(&channel)));
    assert!(sender.try_send(1).is_ok());
    channel.close();
    assert!(!holds.is_finished() && !other.is_finished());
    channel.fetch_all(&mut holds.portion, 1);
    assert!(!holds.is_finished() && other.is_finished());
    assert_eq!(holds.next().await, Some(1));
    assert!(holds.is_finished());
}
