//! The queue under real threads.

mod waiting_senders;

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::task::{Context, Poll, Wake};
use std::thread;

use super::*;
use crate::queue::Output;
use crate::queue::sender::Sender;
use crate::sync::blocking::block_on;

/// The outcome of a future that need not wait.
trait NowOrNever: Future + Sized {
    fn now_or_never(self) -> Option<Self::Output> {
        match pin!(self).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }
}

impl<F: Future> NowOrNever for F {}

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
            let sender = Sender::new(Arc::clone(channel), SendOrigin::Edge);
            scope.spawn(|| {
                let sender = sender;
                while sender.blocking_send(1).is_ok() {
                    accepted.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        scope.spawn(|| {
            let mut queue = Queue::new(channel, 0);
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
async fn a_batch_that_is_handed_over_wakes_a_sender_that_came_when_all_messages_had_been_fetched() {
    let channel = channel(4, Overflow::Wait);
    let sender = Sender::new(Arc::clone(&channel), SendOrigin::Edge);
    for number in 0..4 {
        assert!(sender.try_send(number).is_ok());
    }
    let waits = tokio::spawn(async move { sender.send(4).await.is_ok() });
    let mut queue = Queue::new(&channel, 0);
    for _ in 0..2 {
        // What is fetched still counts, so the sender that this wakes waits again.
        tokio::task::yield_now().await;
        channel.fetch_all(&mut queue.fetched, usize::MAX);
    }
    tokio::task::yield_now().await;
    let batching = Batching {
        size: 100,
        linger: None,
        key: None,
        weight: None,
        max_weight: usize::MAX,
    };
    assert_eq!(queue.recv_batch(&batching).await, Some(vec![0, 1, 2, 3]));
    let sent = tokio::time::timeout(std::time::Duration::from_secs(20), waits).await;
    assert!(sent.expect("it is let in").unwrap());
    drop(queue);
    let counts = channel.counts();
    assert_eq!((counts.accepted, counts.undelivered), (5, 5));
}

#[tokio::test]
async fn a_lane_is_finished_though_another_lane_holds_messages() {
    let options = Options::new().concurrency(2);
    let channel: Arc<Channel<u64>> = Channel::new("test".into(), &options, None);
    let sender = Sender::new(Arc::clone(&channel), SendOrigin::Edge);
    let [mut holds, other] = [0, 1].map(|lane| Queue::new(&channel, lane));
    assert!(sender.try_send(1).is_ok());
    channel.close();
    assert!(!holds.is_finished() && !other.is_finished());
    channel.fetch_all(&mut holds.fetched, 1);
    assert!(!holds.is_finished() && other.is_finished());
    assert_eq!(holds.next().await, Some(1));
    assert!(holds.is_finished());
}

#[test]
fn no_lane_holds_a_message_that_another_could_handle() {
    let options = Options::new().concurrency(2);
    let channel: Arc<Channel<u64>> = Channel::new("test".into(), &options, None);
    let sender = Sender::new(Arc::clone(&channel), SendOrigin::Edge);
    assert_eq!(sender.push_each(&mut (0..8), &mut None), 8);
    let [mut first, mut second] = [0, 1].map(|lane| Queue::new(&channel, lane));
    for number in 0..4 {
        assert_eq!(first.next().now_or_never(), Some(Some(number)));
    }
    // The first lane computes for long from here on.
    for number in 4..8 {
        assert_eq!(second.next().now_or_never(), Some(Some(number)));
    }
    assert_eq!((channel.counts().done, channel.queue_size()), (6, 0));
}

#[tokio::test(start_paused = true)]
async fn as_many_lanes_are_woken_as_messages_come() {
    let options = Options::new().concurrency(2);
    let channel: Arc<Channel<u64>> = Channel::new("test".into(), &options, None);
    let sender = Sender::new(Arc::clone(&channel), SendOrigin::Edge);
    let takes = [0, 1].map(|lane| {
        let mut queue = Queue::new(&channel, lane);
        tokio::spawn(async move {
            // What it holds on to, no other one takes.
            (queue.next().await, queue)
        })
    });
    while lock(&channel.inner).lanes_wait < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(sender.push_each(&mut [1, 2].into_iter(), &mut None), 2);
    let within = std::time::Duration::from_secs(20);
    for take in takes {
        let taken = tokio::time::timeout(within, take).await;
        assert!(taken.expect("it is woken").unwrap().0.is_some());
    }
}

#[test]
fn a_message_from_a_fused_edge_is_counted_at_a_seal() {
    let channel = channel(4, Overflow::Wait);
    let mut queue = Queue::new(&channel, 0);
    for failed in [0, 0, 1] {
        queue.hand_over();
        (0..failed).for_each(|_| queue.failed());
        queue.settle();
    }
    queue.hand_over();
    let expected = Counts {
        accepted: 4,
        done: 2,
        failed: 1,
        lost: 1,
        ..Counts::default()
    };
    assert_eq!(channel.counts(), expected);
    drop(channel.seal());
    let expected = Counts {
        undelivered: 1,
        ..expected
    };
    assert_eq!(channel.counts(), expected);
    drop(queue);
    assert_eq!(channel.counts(), expected);
}

/// A message whose weight is asked for, whereupon the next one is sent.
struct Follows {
    sender: Sender<Follows>,
    left: u64,
}

fn send_the_next(message: &Follows) -> usize {
    if let Some(left) = message.left.checked_sub(1) {
        let sender = message.sender.clone();
        let next = Follows { sender, left };
        assert!(message.sender.try_send(next).is_ok());
    }
    0
}

#[tokio::test]
async fn a_batch_that_has_lingered_is_handed_over_though_messages_keep_coming() {
    let channel = Channel::new("test".into(), &Options::new(), None);
    let sender = Sender::new(Arc::clone(&channel), SendOrigin::Edge);
    let first = Follows {
        sender: sender.clone(),
        left: 9,
    };
    assert!(sender.try_send(first).is_ok());
    let batching = Batching {
        size: 100,
        linger: Some(std::time::Duration::ZERO),
        key: None,
        weight: Some(send_the_next),
        max_weight: usize::MAX,
    };
    let mut queue = Queue::new(&channel, 0);
    let batch = queue.recv_batch(&batching).await.expect("one");
    assert_eq!(batch.len(), 1);
}

#[test]
fn each_lane_fetches_no_more_messages_than_it_asks_for() {
    let options = Options::new().concurrency(2);
    let channel: Arc<Channel<u64>> = Channel::new("test".into(), &options, None);
    let sender = Sender::new(Arc::clone(&channel), SendOrigin::Edge);
    assert_eq!(sender.push_each(&mut (0..10), &mut None), 10);
    let mut consumer_ends = [0, 1].map(|lane| Queue::new(&channel, lane));
    for (consumer_end, most) in consumer_ends.iter_mut().zip([3, 100]) {
        channel.fetch_all(&mut consumer_end.fetched, most);
    }
    assert_eq!(
        consumer_ends.map(|consumer_end| consumer_end.fetched.len()),
        [3, 7]
    );
}

#[tokio::test]
async fn each_message_of_an_unfinished_batch_counts_towards_the_queue_size() {
    let channel = channel(10, Overflow::Wait);
    let sender = Sender::new(Arc::clone(&channel), SendOrigin::Edge);
    let mut messages = [3, 5, 7, 1, 11].into_iter();
    assert_eq!(sender.push_each(&mut messages, &mut None), 5);
    let batching = Batching {
        size: 2,
        linger: None,
        key: Some(|number| number % 10),
        weight: None,
        max_weight: usize::MAX,
    };
    let mut queue = Queue::new(&channel, 0);
    assert_eq!(queue.recv_batch(&batching).await, Some(vec![1, 11]));
    assert_eq!((queue.gathering.messages, queue.queue_size()), (3, 3));
    drop(queue);
    assert_eq!(channel.counts().undelivered, 5);
}

/// A port of a worker that hands over what it has sent when it waits.
fn gathering(channel: &Arc<Channel<u64>>) -> Output<u64> {
    let mut output = Output::new();
    output.connect(Sender::new(Arc::clone(channel), SendOrigin::Edge));
    output.gather(&["test".into()]);
    output
}

/// Sends a message for which there is room.
fn post(output: &Output<u64>, message: u64) {
    let sent = output.send(message).now_or_never();
    sent.expect("there is room").expect("it is accepted");
}

#[test]
fn a_message_buffered_at_a_port_is_accepted_when_it_is_handed_over() {
    let channel = channel(64, Overflow::Wait);
    let output = gathering(&channel);
    (0..3).for_each(|message| post(&output, message));
    assert_eq!((channel.counts().accepted, channel.queue_size()), (0, 0));
    assert_eq!((output.emitted(), output.unsent()), (3, 0));
    assert_eq!((channel.counts().accepted, channel.queue_size()), (3, 3));
}

#[test]
fn credit_of_a_port_reduces_the_room_of_other_senders_until_it_is_given_back() {
    let channel = channel(4, Overflow::Wait);
    let output = gathering(&channel);
    let other = Sender::new(Arc::clone(&channel), SendOrigin::Edge);
    // Half of what there is.
    post(&output, 1);
    let sent = [(); 3].map(|()| other.try_send(2).is_ok());
    assert_eq!(sent, [true, true, false]);
    output.hand_over();
    assert_eq!(channel.queue_size(), 3);
    assert!(other.try_send(2).is_ok());
    assert!(other.try_send(2).is_err());
}

/// Counts how often it is woken.
#[derive(Default)]
struct Woken(AtomicU64);

impl Woken {
    fn times(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_port_hands_each_message_over_at_once_while_the_consumer_waits() {
    let channel = channel(64, Overflow::Wait);
    let output = gathering(&channel);
    let mut queue = Queue::new(&channel, 0);
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut cx = Context::from_waker(&waker);
    for message in 0..3 {
        // Nobody waits for it, so there is room to keep it in, and for more.
        post(&output, 10 * message);
        assert!(pin!(queue.next()).poll(&mut cx).is_pending());
        assert_eq!(woken.times(), message);
        post(&output, 10 * message + 1);
        assert_eq!(woken.times(), message + 1);
        for number in 0..2 {
            let next = queue.next().now_or_never();
            assert_eq!(next, Some(Some(10 * message + number)));
        }
    }
}

#[test]
fn a_waiting_sender_is_woken_when_a_port_gives_its_credit_back() {
    let channel = channel(6, Overflow::Wait);
    let output = gathering(&channel);
    let other = Sender::new(Arc::clone(&channel), SendOrigin::Edge);
    // Half of the room is given with this message, which needs one place of it.
    post(&output, 1);
    (0..3).for_each(|_| assert!(other.try_send(2).is_ok()));
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut cx = Context::from_waker(&waker);
    let mut late = pin!(other.send(3));
    assert!(late.as_mut().poll(&mut cx).is_pending());
    output.hand_over();
    assert_eq!(woken.times(), 1);
    assert!(late.poll(&mut cx).is_ready());
}

#[test]
fn messages_buffered_at_a_port_are_unsent_if_the_consumer_has_ended() {
    let channel = channel(64, Overflow::Wait);
    let output = gathering(&channel);
    (0..3).for_each(|message| post(&output, message));
    channel.close();
    assert_eq!((output.emitted(), output.unsent()), (0, 3));
    let counts = channel.counts();
    assert_eq!((counts.accepted, counts.refused), (0, 3));
}

/// A message that asks its port for a count when it is dropped.
struct UsesPort {
    port: Weak<Output<UsesPort>>,
    unsent: mpsc::Sender<u64>,
}

impl Drop for UsesPort {
    fn drop(&mut self) {
        if let Some(port) = self.port.upgrade() {
            let _ = self.unsent.send(port.unsent());
        }
    }
}

#[test]
fn the_drop_of_a_message_that_was_refused_at_its_port_may_use_the_port() {
    let channel = Channel::new("test".into(), &Options::new(), None);
    let mut output = Output::new();
    output.connect(Sender::new(Arc::clone(&channel), SendOrigin::Edge));
    output.gather(&["test".into()]);
    let output = Arc::new(output);
    let (unsent, counts) = mpsc::channel();
    let message = UsesPort {
        port: Arc::downgrade(&output),
        unsent,
    };
    assert!(
        output
            .send(message)
            .now_or_never()
            .is_some_and(|sent| sent.is_ok())
    );
    channel.close();
    // On a thread of its own, which a deadlock would keep.
    thread::spawn(move || output.hand_over());
    let count = counts.recv_timeout(std::time::Duration::from_secs(20));
    assert_eq!(count, Ok(1));
}

#[test]
fn two_ports_that_lead_to_one_consumer_buffer_nothing() {
    let channel = channel(64, Overflow::Wait);
    let mut output = Output::new();
    output.connect(Sender::new(Arc::clone(&channel), SendOrigin::Edge));
    output.gather(&["test".into(), "test".into()]);
    post(&output, 1);
    assert_eq!(channel.queue_size(), 1);
}

#[test]
fn a_sender_yields_after_128_messages() {
    let channel = channel(100_000, Overflow::Wait);
    let output = gathering(&channel);
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..3 {
        (0..128).for_each(|message| post(&output, message));
        let mut late = pin!(output.send(128));
        assert!(late.as_mut().poll(&mut cx).is_pending());
        assert!(late.poll(&mut cx).is_ready());
        output.hand_over();
    }
    assert_eq!(output.emitted(), 3 * 129);
}
