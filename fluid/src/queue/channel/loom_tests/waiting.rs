//! Whoever waits is woken.

use std::future::Future;
use std::pin::pin;
use std::task::Context;

use super::*;
use crate::sync::loom_types::explore;

#[test]
fn every_message_of_two_senders_is_handled() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        let senders = [send(&channel, [1]), send(&channel, [2])];
        let mut queue = Queue::new(&channel, 0);
        let mut handled = [(); 2].map(|()| block_on(queue.next()));
        handled.sort_unstable();
        assert_eq!(handled, [Some(1), Some(2)]);
        for sender in senders {
            assert!(sender.join().unwrap().is_empty());
        }
        channel.close();
        assert_eq!(block_on(queue.next()), None);
        assert_eq!(assert_conserved(&channel).done, 2);
    });
}

#[test]
fn the_messages_of_one_sender_are_handled_in_order() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        let handled = handle(&channel, 0);
        assert!(send(&channel, [1, 2, 3]).join().unwrap().is_empty());
        channel.close();
        assert_eq!(handled.join().unwrap(), [1, 2, 3]);
        assert_eq!(assert_conserved(&channel).done, 3);
    });
}

#[test]
fn a_sender_that_waits_for_room_gets_its_message_back_from_a_queue_that_closes() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        assert!(edge(&channel).try_send(1).is_ok());
        let sender = send(&channel, [2]);
        channel.close();
        assert_eq!(sender.join().unwrap(), [2]);
        assert_eq!(channel.counts().refused, 1);
    });
}

#[test]
fn a_waiting_sender_from_outside_gets_its_message_back_before_the_edges_do() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        assert!(edge(&channel).try_send(1).is_ok());
        let public = Sender::new(Arc::clone(&channel), SendOrigin::Public);
        let outside = thread::spawn(move || public.blocking_send(2));
        let inside = send(&channel, [3]);
        channel.close_public();
        assert_eq!(outside.join().unwrap().unwrap_err().message, 2);
        let mut queue = Queue::new(&channel, 0);
        assert_eq!(block_on(queue.next()), Some(1));
        assert!(inside.join().unwrap().is_empty());
        drop(queue);
        assert_eq!(assert_conserved(&channel).undelivered, 2);
    });
}

#[test]
fn a_sender_that_waits_for_room_is_refused_when_the_consumer_ends() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        let sender = send(&channel, [1, 2, 3]);
        let mut queue = Queue::new(&channel, 0);
        assert_eq!(block_on(queue.next()), Some(1));
        drop(queue);
        let refused = sender.join().unwrap();
        let counts = assert_conserved(&channel);
        assert_eq!(counts.accepted + refused.len() as u64, 3);
        assert!([2, 3].ends_with(&refused));
    });
}

#[test]
fn a_sender_that_waits_for_room_is_let_in_beyond_the_bound() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        assert!(edge(&channel).try_send(1).is_ok());
        let sender = send(&channel, [2]);
        channel.let_in(true);
        assert!(sender.join().unwrap().is_empty());
        assert_eq!(channel.queue_size(), 2);
    });
}

#[test]
fn room_that_a_sender_does_not_use_goes_to_the_next_one() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        assert!(edge(&channel).try_send(1).is_ok());
        let leaves = {
            let channel = Arc::clone(&channel);
            thread::spawn(move || {
                let mut message = Some(2);
                let mut enters = pin!(channel.enter(&mut message, SendOrigin::Edge));
                let mut cx = Context::from_waker(Waker::noop());
                enters.as_mut().poll(&mut cx).is_ready()
            })
        };
        let stays = send(&channel, [3]);
        let handled = handle(&channel, 0);
        let entered = leaves.join().unwrap();
        assert!(stays.join().unwrap().is_empty());
        channel.close();
        let handled = handled.join().unwrap();
        assert_eq!(handled[0], 1);
        assert_eq!(handled.contains(&2), entered);
        assert!(handled.contains(&3));
        assert_eq!(assert_conserved(&channel).done, 2 + u64::from(entered));
    });
}

#[test]
fn a_consumer_that_begins_to_wait_sees_a_message() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        let mut queue = Queue::new(&channel, 0);
        let handled = thread::spawn(move || block_on(queue.next()));
        assert!(edge(&channel).try_send(1).is_ok());
        assert_eq!(handled.join().unwrap(), Some(1));
    });
}

#[test]
fn a_consumer_that_begins_to_wait_sees_the_close() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        let handled = handle(&channel, 0);
        channel.close();
        assert!(handled.join().unwrap().is_empty());
    });
}

#[test]
fn a_message_that_comes_with_the_close_is_handled_or_refused() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        let handled = handle(&channel, 0);
        let sender = send(&channel, [1]);
        channel.close();
        let refused = sender.join().unwrap();
        assert_eq!([refused, handled.join().unwrap()].concat(), [1]);
        assert_conserved(&channel);
    });
}

#[test]
fn messages_left_by_one_incarnation_are_handled_by_the_next() {
    explore(|| {
        let channel = channel(2, Overflow::Wait);
        let mut queue = Queue::new(&channel, 0);
        let life = thread::spawn(move || {
            let handled: Vec<_> = std::iter::from_fn(|| block_on(queue.next())).collect();
            (queue, handled)
        });
        assert!(edge(&channel).try_send(1).is_ok());
        assert!(edge(&channel).try_send(2).is_ok());
        channel.interrupt(true);
        let (mut queue, mut handled) = life.join().unwrap();
        channel.interrupt(false);
        channel.close();
        handled.extend(std::iter::from_fn(|| block_on(queue.next())));
        assert_eq!(handled, [1, 2]);
        assert_eq!(assert_conserved(&channel).done, 2);
    });
}

/// Handles what comes in one task: so it waits for the next message with one in its hand.
fn handle_in_one_task(mut queue: Queue<u64>) -> JoinHandle<(Queue<u64>, Vec<u64>)> {
    thread::spawn(move || {
        block_on(async move {
            let mut handled = Vec::new();
            while let Some(message) = queue.next().await {
                handled.push(message);
            }
            (queue, handled)
        })
    })
}

#[test]
fn a_consumer_that_waits_with_a_message_in_hand_sees_the_next_message_and_the_close() {
    explore(|| {
        let channel = channel(4, Overflow::Wait);
        let handles = handle_in_one_task(Queue::new(&channel, 0));
        for message in [1, 2] {
            assert!(edge(&channel).try_send(message).is_ok());
        }
        channel.close();
        assert_eq!(handles.join().unwrap().1, [1, 2]);
        assert_eq!(assert_conserved(&channel).done, 2);
    });
}

#[test]
fn a_consumer_that_waits_with_a_message_in_hand_sees_that_it_is_given_up() {
    explore(|| {
        let channel = channel(4, Overflow::Wait);
        let handles = handle_in_one_task(Queue::new(&channel, 0));
        assert!(edge(&channel).try_send(1).is_ok());
        drop(channel.seal());
        assert!(handles.join().unwrap().1.len() <= 1);
        assert_conserved(&channel);
    });
}

#[test]
fn an_incarnation_that_waited_with_a_message_in_hand_leaves_the_next_message_to_its_successor() {
    explore(|| {
        let channel = channel(4, Overflow::Wait);
        let life = handle_in_one_task(Queue::new(&channel, 0));
        assert!(edge(&channel).try_send(1).is_ok());
        channel.interrupt(true);
        let (queue, mut handled) = life.join().unwrap();
        channel.interrupt(false);
        let next = handle_in_one_task(queue);
        assert!(edge(&channel).try_send(2).is_ok());
        channel.close();
        handled.extend(next.join().unwrap().1);
        assert_eq!(handled, [1, 2]);
        assert_eq!(assert_conserved(&channel).done, 2);
    });
}

#[test]
fn a_consumer_that_waits_in_another_task_than_before_sees_a_message() {
    explore(|| {
        let channel = channel(4, Overflow::Wait);
        let mut queue = Queue::new(&channel, 0);
        let first = thread::spawn(move || (block_on(queue.next()), queue));
        assert!(edge(&channel).try_send(1).is_ok());
        let (message, queue) = first.join().unwrap();
        assert_eq!(message, Some(1));
        let next = handle_in_one_task(queue);
        assert!(edge(&channel).try_send(2).is_ok());
        channel.close();
        assert_eq!(next.join().unwrap().1, [2]);
    });
}
