//! Shares of two that take.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::options::Options;
use crate::queue::channel::QueueControl;
use crate::queue::sender::{SendOrigin, Sender};

/// A queue of eight numbers, and two who take from it. The first has taken four of them, and has a share of two.
fn eight() -> (Arc<Channel<u64>>, [Queue<u64>; 2]) {
    let options = Options::new().concurrency(2);
    let channel = Channel::new("test".into(), &options, None);
    let sender = Sender::new(Arc::clone(&channel), SendOrigin::Edge);
    assert_eq!(sender.push_each(&mut (0..8)), (8, None));
    let mut consumer_ends = [0, 1].map(|lane| Queue::new(&channel, lane));
    consumer_ends.iter_mut().for_each(Queue::share);
    assert_eq!(all_of(&mut consumer_ends[0], 4), [0, 1, 2, 3]);
    assert_eq!(share_of(&consumer_ends[0]), [4, 5]);
    (channel, consumer_ends)
}

fn share_of(queue: &Queue<u64>) -> Vec<u64> {
    let share = briefly(&queue.consumer_end.share);
    share.messages.iter().copied().collect()
}

/// What it takes without waiting; nothing more comes if the queue has ended.
fn all_of(queue: &mut Queue<u64>, most: usize) -> Vec<u64> {
    let next = || match pin!(queue.next()).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(message) => message,
        Poll::Pending => None,
    };
    std::iter::from_fn(next).take(most).collect()
}

/// Each of eight messages is somewhere.
fn assert_conserved(channel: &Channel<u64>) {
    let counts = channel.counts();
    let in_hand = channel
        .seen(&crate::sync::lock::lock(&channel.inner))
        .in_hand;
    let elsewhere = channel.queue_size() as u64 + in_hand;
    assert_eq!(counts.done + counts.undelivered + elsewhere, 8);
}

#[test]
fn a_lane_takes_from_the_steal_buffer_of_another_before_it_waits() {
    let (channel, [mut first, mut second]) = eight();
    assert_conserved(&channel);
    assert_eq!(all_of(&mut second, 9), [6, 7, 4, 5]);
    assert_conserved(&channel);
    assert_eq!(channel.counts().done, 3 + 4);
    assert_eq!(all_of(&mut first, 9), []);
    assert_eq!(channel.counts().done, 8);
}

#[test]
fn a_steal_buffer_grows_from_empty_while_no_call_waits_and_holds_a_part_of_the_queue() {
    let options = Options::new().concurrency(2).capacity(200);
    let channel = Channel::new("test".into(), &options, None);
    let sender = Sender::new(Arc::clone(&channel), SendOrigin::Edge);
    assert_eq!(sender.push_each(&mut (0..80)), (80, None));
    let mut queue = Queue::new(&channel, 0);
    queue.share();
    let mut shares = Vec::new();
    let mut fetch = |queue: &mut Queue<u64>| {
        // Its last message, which is followed by a share.
        all_of(queue, 1 + share_of(queue).len());
        shares.push(share_of(queue).len());
    };
    (0..6).for_each(|_| fetch(&mut queue));
    queue.shared().give_back();
    (0..3).for_each(|_| fetch(&mut queue));
    assert_eq!(shares, [0, 1, 3, 7, 15, 16, 0, 1, 3]);
}

#[test]
fn messages_given_back_to_the_queue_are_taken_before_later_ones() {
    let (channel, [mut first, mut second]) = eight();
    first.shared().give_back();
    assert_conserved(&channel);
    assert_eq!(all_of(&mut second, 9), [4, 5, 6, 7]);
    assert_eq!(all_of(&mut first, 9), []);
    assert_conserved(&channel);
}

#[test]
fn a_lane_ends_only_when_all_steal_buffers_are_empty() {
    let (channel, [first, mut second]) = eight();
    channel.close();
    assert_eq!(all_of(&mut second, 2), [6, 7]);
    assert!(!second.is_finished());
    assert_eq!(all_of(&mut second, 9), [4, 5]);
    assert!(second.is_finished() && first.is_finished());
}

#[test]
fn the_next_incarnation_begins_with_the_steal_buffer_of_the_one_before() {
    let (channel, [mut first, mut second]) = eight();
    channel.interrupt(true);
    assert_eq!(all_of(&mut first, 9), []);
    assert_eq!(all_of(&mut second, 9), []);
    channel.interrupt(false);
    assert_conserved(&channel);
    assert_eq!(all_of(&mut first, 9), [4, 5, 6, 7]);
}

#[test]
fn the_steal_buffer_of_a_lane_that_ends_is_undelivered() {
    let (channel, [first, second]) = eight();
    drop(first);
    assert_eq!(channel.counts().undelivered, 1 + 2 + 2);
    assert_conserved(&channel);
    drop(second);
    assert!(channel.counts().conserved());
}

#[test]
fn the_steal_buffer_of_a_lane_that_is_given_up_is_undelivered() {
    let (channel, [mut first, _second]) = eight();
    let left = channel.seal();
    assert!(left.is_some());
    assert_eq!(share_of(&first), []);
    assert_eq!(channel.counts().undelivered, 1 + 2 + 2);
    assert_eq!(all_of(&mut first, 9), []);
    first.shared().give_back();
    drop(first);
    assert!(channel.counts().conserved());
}

#[test]
fn queues_that_drop_messages_or_have_one_lane_have_no_steal_buffer() {
    for options in [
        Options::new().concurrency(2).overflow(Overflow::DropOldest),
        Options::new(),
    ] {
        let channel = Channel::new("test".into(), &options, None);
        let sender = Sender::new(Arc::clone(&channel), SendOrigin::Edge);
        assert_eq!(sender.push_each(&mut (0..8)), (8, None));
        let mut queue = Queue::new(&channel, 0);
        queue.share();
        for _ in 0..8 {
            all_of(&mut queue, 1);
            assert_eq!(share_of(&queue), []);
        }
    }
}
