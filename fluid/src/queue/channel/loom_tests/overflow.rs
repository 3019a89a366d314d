//! A queue that is full drops what its policy says, and counts it.

use super::*;
use crate::sync::loom_types::explore;

/// Two send at once to a queue of one, while a third handles.
fn overflows(overflow: Overflow) {
    explore(move || {
        let channel = channel(1, overflow);
        let handled = handle(&channel, 0);
        let sender = send(&channel, [1]);
        assert!(edge(&channel).try_send(2).is_ok());
        assert!(sender.join().unwrap().is_empty());
        channel.close();
        let handled = handled.join().unwrap();
        let counts = assert_conserved(&channel);
        assert_eq!(counts.accepted, 2);
        assert_eq!(counts.done, handled.len() as u64);
        assert!(counts.done >= 1);
    });
}

#[test]
fn each_message_is_counted_when_the_newest_is_dropped() {
    overflows(Overflow::DropNewest);
}

#[test]
fn each_message_is_counted_when_the_oldest_is_dropped() {
    overflows(Overflow::DropOldest);
}

#[test]
fn the_last_message_is_kept_when_the_oldest_is_dropped() {
    explore(|| {
        let channel = channel(1, Overflow::DropOldest);
        let handled = handle(&channel, 0);
        for message in [1, 2, 3] {
            assert!(edge(&channel).try_send(message).is_ok());
        }
        channel.close();
        let handled = handled.join().unwrap();
        assert!(handled.is_sorted());
        assert_eq!(handled.last(), Some(&3));
        assert_eq!(assert_conserved(&channel).dropped, 3 - handled.len() as u64);
    });
}

#[test]
fn a_queue_holds_no_more_than_its_bound() {
    explore(|| {
        let channel = channel(2, Overflow::Wait);
        let sender = send(&channel, [1, 2, 3, 4]);
        let mut queue = Queue::new(&channel, 0);
        for message in [1, 2] {
            assert_eq!(block_on(queue.next()), Some(message));
            assert!(channel.queue_size() <= 2);
        }
        drop(queue);
        sender.join().unwrap();
        assert_conserved(&channel);
    });
}
