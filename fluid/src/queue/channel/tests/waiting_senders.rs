//! Senders that wait for room.

use std::pin::Pin;

use super::*;

/// A send that waits for room.
type Send<'a> = Pin<Box<dyn Future<Output = Result<(), Refusal>> + 'a>>;

fn entering(channel: &Channel<u64>, message: u64, origin: SendOrigin) -> Send<'_> {
    let mut message = Some(message);
    Box::pin(async move { channel.enter(&mut message, origin).await })
}

/// Sends that wait at a full queue, and how often each was woken.
fn waiting(channel: &Channel<u64>, messages: std::ops::Range<u64>) -> Vec<(Send<'_>, Arc<Woken>)> {
    let waits = |message| {
        let woken = Arc::new(Woken::default());
        let mut send = entering(channel, message, SendOrigin::Edge);
        assert!(poll_by(&mut send, &woken).is_pending());
        (send, woken)
    };
    messages.map(waits).collect()
}

fn poll_by(send: &mut Send<'_>, woken: &Arc<Woken>) -> Poll<Result<(), Refusal>> {
    let waker = Waker::from(Arc::clone(woken));
    send.as_mut().poll(&mut Context::from_waker(&waker))
}

#[test]
fn room_goes_to_the_sender_that_has_waited_for_longest_and_to_no_newcomer() {
    let channel = channel(1, Overflow::Wait);
    assert!(channel.push(&mut Some(0), SendOrigin::Edge).is_ok());
    let newcomer = Sender::new(Arc::clone(&channel), SendOrigin::Edge);
    let mut sends = waiting(&channel, 1..4);
    let mut queue = Queue::new(&channel, 0);
    for message in 0..3 {
        assert_eq!(queue.next().now_or_never(), Some(Some(message)));
        assert!(newcomer.try_send(9).is_err());
        let mut left = None;
        assert_eq!(newcomer.push_each(&mut [9].into_iter(), &mut left), 0);
        assert_eq!(left, Some(9));
        let (mut first, woken) = sends.remove(0);
        assert_eq!(woken.times(), 1);
        assert!(sends.iter().all(|(_, woken)| woken.times() == 0));
        for (send, woken) in sends.iter_mut().rev() {
            assert!(poll_by(send, woken).is_pending());
        }
        assert_eq!(poll_by(&mut first, &woken), Poll::Ready(Ok(())));
    }
    assert_eq!(queue.next().now_or_never(), Some(Some(3)));
    assert!(newcomer.try_send(9).is_ok());
}

#[test]
fn a_send_that_is_dropped_leaves_its_room_to_the_next_one() {
    let channel = channel(1, Overflow::Wait);
    assert!(channel.push(&mut Some(0), SendOrigin::Edge).is_ok());
    let mut sends = waiting(&channel, 1..4);
    let mut queue = Queue::new(&channel, 0);
    assert_eq!(queue.next().now_or_never(), Some(Some(0)));
    // The first one was granted room, and the second one waits.
    drop(sends.drain(..2));
    let (mut send, woken) = sends.remove(0);
    assert_eq!(woken.times(), 1);
    assert_eq!(poll_by(&mut send, &woken), Poll::Ready(Ok(())));
    assert_eq!((channel.counts().accepted, channel.queue_size()), (2, 1));
    assert_eq!(queue.next().now_or_never(), Some(Some(3)));
    assert!(channel.push(&mut Some(4), SendOrigin::Edge).is_ok());
}

#[test]
fn a_send_that_is_refused_leaves_its_room_to_the_next_one() {
    let channel = channel(1, Overflow::Wait);
    assert!(channel.push(&mut Some(0), SendOrigin::Edge).is_ok());
    let woken = Arc::new(Woken::default());
    let mut public = entering(&channel, 1, SendOrigin::Public);
    assert!(poll_by(&mut public, &woken).is_pending());
    let (mut send, woken) = waiting(&channel, 2..3).remove(0);
    let mut queue = Queue::new(&channel, 0);
    assert_eq!(queue.next().now_or_never(), Some(Some(0)));
    channel.narrow(Gate::Internal);
    assert_eq!(
        poll_by(&mut public, &woken),
        Poll::Ready(Err(Refusal::Closed))
    );
    drop(public);
    assert_eq!(poll_by(&mut send, &woken), Poll::Ready(Ok(())));
    assert_eq!((channel.counts().accepted, channel.queue_size()), (2, 1));
}

#[test]
fn waiting_senders_get_equal_shares_of_the_room() {
    let channel = channel(64, Overflow::Wait);
    let filled = channel.push_each(&mut (0..64), &mut None, SendOrigin::Edge);
    assert_eq!(filled, 64);
    let sends = waiting(&channel, 0..3);
    let mut queue = Queue::new(&channel, 0);
    for _ in 0..33 {
        assert!(queue.next().now_or_never().is_some());
    }
    let shares = sends.into_iter().map(|(mut send, woken)| {
        assert_eq!(woken.times(), 1);
        assert!(poll_by(&mut send, &woken).is_ready());
        1 + channel.push_each(&mut (0..64), &mut None, SendOrigin::Edge)
    });
    // When no sender waits any more, the room is free that was made after the grant.
    assert_eq!(shares.collect::<Vec<_>>(), [11, 11, 10 + 1]);
}

#[test]
fn a_send_that_is_never_polled_again_leaves_three_quarters_to_the_others() {
    let channel = channel(64, Overflow::Wait);
    channel.push_each(&mut (0..64), &mut None, SendOrigin::Edge);
    let _forgotten = waiting(&channel, 0..1);
    let mut queue = Queue::new(&channel, 0);
    for _ in 0..64 {
        assert!(queue.next().now_or_never().is_some());
    }
    assert!(queue.next().now_or_never().is_none());
    assert_eq!(
        channel.push_each(&mut (0..64), &mut None, SendOrigin::Edge),
        48
    );
}
