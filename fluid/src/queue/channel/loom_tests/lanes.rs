//! Several lanes of one consumer.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use super::*;
use crate::sync::loom_types::explore;

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
fn messages_done_by_two_lanes_while_their_consumer_is_given_up_count_once() {
    explore(|| {
        let channel = shared();
        edge(&channel).push_each(&mut [1, 2].into_iter(), &mut None);
        let [mut ends, mut stays] = [0, 1].map(|lane| Queue::new(&channel, lane));
        assert_eq!(block_on(ends.next()), Some(1));
        assert_eq!(block_on(stays.next()), Some(2));
        let ended = thread::spawn(move || ends.settle());
        stays.settle();
        assert!(channel.counts().done >= 1);
        drop(channel.seal());
        let sealed = assert_conserved(&channel);
        ended.join().unwrap();
        assert_eq!(assert_conserved(&channel), sealed);
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
        edge(&channel).push_each(&mut [1, 2].into_iter(), &mut None);
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
