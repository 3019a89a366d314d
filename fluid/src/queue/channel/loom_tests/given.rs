//! Room that is given in advance, and what is sent into it.

use super::*;
use crate::queue::Output;
use crate::sync::loom_types::explore;

/// Sends from another thread as a worker does that hands over what it has sent at the end. Returns how many messages
/// were emitted, and how many were not.
fn gather<const N: usize>(
    channel: &Arc<Channel<u64>>,
    messages: [u64; N],
) -> JoinHandle<(u64, u64)> {
    let mut output = Output::new();
    output.connect(edge(channel));
    output.gather(&["test".into()]);
    thread::spawn(move || {
        for message in messages {
            let _ = block_on(output.send(message));
        }
        (output.emitted(), output.unsent())
    })
}

#[test]
fn a_waiting_consumer_gets_the_messages_buffered_at_a_port_in_order() {
    explore(|| {
        let channel = channel(8, Overflow::Wait);
        let handled = handle(&channel, 0);
        assert_eq!(gather(&channel, [1, 2, 3]).join().unwrap(), (3, 0));
        channel.close();
        assert_eq!(handled.join().unwrap(), [1, 2, 3]);
        assert_eq!(assert_conserved(&channel).done, 3);
    });
}

#[test]
fn a_message_buffered_while_the_queue_is_sealed_is_accepted_or_unsent() {
    explore(|| {
        let channel = channel(8, Overflow::Wait);
        let sent = gather(&channel, [1, 2, 3]);
        drop(channel.seal());
        let (emitted, unsent) = sent.join().unwrap();
        assert_eq!(emitted + unsent, 3);
        let counts = assert_conserved(&channel);
        assert_eq!((counts.accepted, counts.refused), (emitted, unsent));
    });
}

#[test]
fn credit_that_one_port_does_not_use_serves_another_sender() {
    explore(|| {
        let channel = channel(2, Overflow::Wait);
        let gathered = gather(&channel, [1]);
        let waiting = send(&channel, [2, 3]);
        let mut queue = Queue::new(&channel, 0);
        let mut handled = [(); 3].map(|()| block_on(queue.next()));
        handled.sort_unstable();
        assert_eq!(handled, [Some(1), Some(2), Some(3)]);
        assert_eq!(gathered.join().unwrap(), (1, 0));
        assert!(waiting.join().unwrap().is_empty());
        assert!(channel.queue_size() == 0);
    });
}
