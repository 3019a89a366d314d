//! Batches.

use super::*;
use crate::sync::loom_types::explore;

/// Handles batches of two on another thread, until none comes any more.
fn handle_batches(channel: &Arc<Channel<u64>>) -> JoinHandle<Vec<Vec<u64>>> {
    let mut queue = Queue::new(channel, 0);
    thread::spawn(move || {
        let batching = Batching {
            size: 2,
            linger: None,
            key: None,
            weight: None,
            max_weight: usize::MAX,
        };
        std::iter::from_fn(|| block_on(queue.recv_batch(&batching))).collect()
    })
}

#[test]
fn a_batch_that_is_not_full_at_a_stop_is_handled() {
    explore(|| {
        let channel = channel(4, Overflow::Wait);
        let handled = handle_batches(&channel);
        for message in [1, 2, 3] {
            assert!(edge(&channel).try_send(message).is_ok());
        }
        channel.close();
        assert_eq!(handled.join().unwrap(), [vec![1, 2], vec![3]]);
        assert_eq!(assert_conserved(&channel).done, 3);
    });
}

#[test]
fn a_batch_larger_than_the_queue_blocks_no_sender() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        let handled = handle_batches(&channel);
        let sender = send(&channel, [1, 2, 3]);
        assert!(sender.join().unwrap().is_empty());
        channel.close();
        assert_eq!(handled.join().unwrap(), [[1], [2], [3]]);
        assert_eq!(assert_conserved(&channel).done, 3);
    });
}

#[test]
fn a_batch_is_given_up_whole() {
    explore(|| {
        let channel = channel(4, Overflow::Wait);
        let handled = handle_batches(&channel);
        for message in [1, 2] {
            assert!(edge(&channel).try_send(message).is_ok());
        }
        drop(channel.seal());
        let counts = assert_conserved(&channel);
        assert_eq!(counts.accepted, 2);
        assert!([0, 2].contains(&counts.undelivered));
        let handled = handled.join().unwrap();
        assert!(counts.done as usize <= handled.concat().len());
        // What it still did has changed nothing.
        assert_eq!(channel.counts(), counts);
    });
}
