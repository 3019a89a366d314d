//! Several lanes of one consumer.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use super::*;
use crate::sync::watched::explore;

/// A queue from which two lanes take.
fn shared() -> Arc<Channel<u64>> {
    Channel::new("test".into(), &Options::new().concurrency(2), None)
}

/// A queue for each of two lanes: one for even messages, one for odd ones.
fn keyed() -> Arc<Channel<u64>> {
    let options = Options::new().concurrency(2).capacity(4);
    Channel::new("test".into(), &options, Some(|message| *message))
}

#[test]
fn each_message_is_handled_by_one_of_two_competing_lanes() {
    explore(|| {
        let channel = shared();
        let lanes = [0, 1].map(|lane| handle(&channel, lane));
        assert!(edge(&channel).try_send(1).is_ok());
        assert!(edge(&channel).try_send(2).is_ok());
        channel.close();
        let mut handled = lanes.map(|lane| lane.join().unwrap()).concat();
        handled.sort_unstable();
        assert_eq!(handled, [1, 2]);
        assert_eq!(assert_conserved(&channel).done, 2);
    });
}

#[test]
fn a_count_carried_by_one_lane_while_another_counts_is_counted_once() {
    explore(|| {
        let channel = shared();
        edge(&channel).push_each(&mut [1, 2].into_iter());
        let [mut carries, mut counts] = [0, 1].map(|lane| Queue::new(&channel, lane));
        assert_eq!(block_on(carries.next()), Some(1));
        assert_eq!(block_on(counts.next()), Some(2));
        let carried = {
            let channel = Arc::clone(&channel);
            thread::spawn(move || {
                carries.settle();
                channel.carry(&carries.consumer_end.progress);
            })
        };
        counts.settle();
        assert!(channel.counts().done >= 1);
        carried.join().unwrap();
        drop(channel.seal());
        assert_eq!(assert_conserved(&channel).done, 2);
    });
}

#[test]
fn several_messages_sent_at_once_wake_as_many_lanes() {
    explore(|| {
        let channel = shared();
        let lanes = [0, 1].map(|lane| {
            let mut queue = Queue::new(&channel, lane);
            thread::spawn(move || {
                // It takes one, and holds it for as long as it likes.
                let message = block_on(queue.next());
                (queue, message)
            })
        });
        edge(&channel).push_each(&mut [1, 2].into_iter());
        let held = lanes.map(|lane| lane.join().unwrap());
        assert!(held.iter().all(|(_, message)| message.is_some()));
    });
}

#[test]
fn a_lane_whose_wait_is_cancelled_leaves_the_message_to_another() {
    explore(|| {
        let channel = shared();
        let mut queues = [0, 1].map(|lane| Queue::new(&channel, lane));
        let sender = send(&channel, [1]);
        let handled = {
            let mut cx = Context::from_waker(Waker::noop());
            let mut gives_up = pin!(queues[0].next());
            let ready = gives_up.as_mut().poll(&mut cx).is_ready();
            // Only here another thread may come between its wait and its end.
            thread::yield_now();
            ready
        };
        if !handled {
            assert_eq!(block_on(queues[1].next()), Some(1));
        }
        sender.join().unwrap();
    });
}

#[test]
fn messages_of_one_key_keep_their_order() {
    explore(|| {
        let channel = keyed();
        let lanes = [0, 1].map(|lane| handle(&channel, lane));
        for message in [1, 2, 3] {
            assert!(edge(&channel).try_send(message).is_ok());
        }
        channel.close();
        let handled = lanes.map(|lane| lane.join().unwrap());
        assert_eq!(handled, [vec![2], vec![1, 3]]);
        assert_eq!(assert_conserved(&channel).done, 3);
    });
}

#[test]
fn a_lane_that_ends_takes_nothing_from_the_others() {
    explore(|| {
        let channel = keyed();
        let stays = handle(&channel, 0);
        let ends = Queue::new(&channel, 1);
        let sender = send(&channel, [1, 2, 3]);
        drop(ends);
        let refused = sender.join().unwrap();
        channel.close();
        assert_eq!(stays.join().unwrap(), [2]);
        let counts = assert_conserved(&channel);
        assert_eq!(counts.refused, refused.len() as u64);
        assert_eq!((counts.done, counts.undelivered + counts.refused), (1, 2));
    });
}

/// Two lanes, of which the first has taken two of four messages and has a share of one.
fn sharing() -> (Arc<Channel<u64>>, [Queue<u64>; 2]) {
    let channel = shared();
    edge(&channel).push_each(&mut (0..4));
    let mut lanes = [0, 1].map(|lane| Queue::new(&channel, lane));
    lanes.iter_mut().for_each(Queue::share);
    for message in 0..2 {
        assert_eq!(block_on(lanes[0].next()), Some(message));
    }
    assert!(!lanes[0].consumer_end.is_empty());
    (channel, lanes)
}

#[test]
fn a_message_in_a_steal_buffer_is_handled_once() {
    explore(|| {
        let (channel, [mut shares, mut takes]) = sharing();
        channel.close();
        let shares = thread::spawn(move || {
            let handled: Vec<_> = std::iter::from_fn(|| block_on(shares.next())).collect();
            handled
        });
        let mut handled: Vec<_> = std::iter::from_fn(|| block_on(takes.next())).collect();
        handled.extend(shares.join().unwrap());
        handled.sort_unstable();
        assert_eq!(handled, [2, 3]);
        drop(takes);
        assert_eq!(assert_conserved(&channel).done, 4);
    });
}

#[test]
fn a_lane_that_waits_gets_every_message_that_is_given_back() {
    explore(|| {
        let (channel, [shares, mut takes]) = sharing();
        let gives_back = thread::spawn(move || {
            shares.shared().give_back();
            shares
        });
        let mut handled = [(); 2].map(|()| block_on(takes.next()));
        handled.sort_unstable();
        assert_eq!(handled, [Some(2), Some(3)]);
        let looked = channel.counts();
        assert_eq!((looked.accepted, looked.done), (4, 2));
        drop(gives_back.join().unwrap());
        drop(takes);
        assert_conserved(&channel);
    });
}

#[test]
fn a_message_in_a_steal_buffer_is_handled_or_undelivered_when_the_consumer_is_given_up() {
    explore(|| {
        let (channel, [mut shares, takes]) = sharing();
        let shares = thread::spawn(move || while block_on(shares.next()).is_some() {});
        drop(channel.seal());
        let sealed = assert_conserved(&channel);
        shares.join().unwrap();
        drop(takes);
        assert_eq!(assert_conserved(&channel), sealed);
    });
}
