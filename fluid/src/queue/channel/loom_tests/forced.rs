//! Forced ends: what a consumer has not handled is taken over, to the last message.

use super::*;
use crate::queue::AskError;
use crate::queue::reply::{NoReply, Reply};
use crate::sync::loom_types::explore;

#[test]
fn a_stuck_consumer_changes_no_count_after_it_is_given_up() {
    explore(|| {
        let channel = channel(4, Overflow::Wait);
        for message in [1, 2, 3] {
            assert!(edge(&channel).try_send(message).is_ok());
        }
        let stuck = {
            let mut queue = Queue::new(&channel, 0);
            thread::spawn(move || {
                let mut handled = 0;
                while block_on(queue.next()).is_some() {
                    handled += 1;
                    if handled == 1 {
                        queue.failed();
                    }
                }
                handled
            })
        };
        drop(channel.seal());
        let counts = assert_conserved(&channel);
        assert_eq!(counts.accepted, 3);
        let handled = stuck.join().unwrap();
        assert!(counts.done + counts.failed <= handled);
        assert_eq!(channel.counts(), counts);
    });
}

#[test]
fn a_consumer_that_ends_while_it_is_given_up_counts_each_message_once() {
    explore(|| {
        let channel = channel(4, Overflow::Wait);
        for message in [1, 2, 3] {
            assert!(edge(&channel).try_send(message).is_ok());
        }
        let mut queue = Queue::new(&channel, 0);
        assert_eq!(block_on(queue.next()), Some(1));
        let ends = thread::spawn(move || drop(queue));
        drop(channel.seal());
        ends.join().unwrap();
        assert_eq!(assert_conserved(&channel).undelivered, 3);
    });
}

#[test]
fn a_message_sent_while_the_consumer_is_given_up_is_undelivered_or_refused() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        let sender = send(&channel, [1, 2]);
        drop(channel.seal());
        let refused = sender.join().unwrap();
        let counts = assert_conserved(&channel);
        assert_eq!(counts.undelivered + refused.len() as u64, 2);
        assert_eq!(counts.refused, refused.len() as u64);
    });
}

#[test]
fn a_consumer_that_begins_to_wait_sees_that_it_is_given_up() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        let handled = handle(&channel, 0);
        drop(channel.seal());
        assert!(handled.join().unwrap().is_empty());
    });
}

#[test]
fn a_message_from_a_fused_edge_counts_once_when_the_consumer_is_given_up() {
    explore(|| {
        let channel = channel(1, Overflow::Wait);
        let mut queue = Queue::new(&channel, 0);
        queue.hand_over();
        let stuck = thread::spawn(move || {
            queue.failed();
            queue.hand_over();
            queue.abandon();
        });
        drop(channel.seal());
        let counts = channel.counts();
        stuck.join().unwrap();
        assert_eq!(assert_conserved(&channel), counts);
    });
}

#[test]
fn a_question_to_a_consumer_that_is_given_up_gets_an_answer_or_an_error() {
    explore(|| {
        let options = Options::new();
        let channel: Arc<Channel<Reply<u64>>> = Channel::new("test".into(), &options, None);
        let sender = Sender::new(Arc::clone(&channel), SendOrigin::Public);
        let asker = thread::spawn(move || block_on(sender.ask(|reply| reply)));
        let stuck = {
            let mut queue = Queue::new(&channel, 0);
            // It holds the question for ever.
            thread::spawn(move || (block_on(queue.next()), queue))
        };
        let left = channel.seal();
        channel.end_questions(NoReply::Unanswered);
        drop(left);
        let answer = asker.join().unwrap().unwrap_err();
        let (held, _queue) = stuck.join().unwrap();
        match answer {
            AskError::Refused(_) => assert_eq!(channel.counts().accepted, 0),
            AskError::Dropped(_) => assert!(held.is_none() && channel.counts().accepted == 1),
            // Whoever asks does not wait until what is left has been dropped.
            AskError::Unanswered(_) => assert_eq!(channel.counts().accepted, 1),
        }
    });
}
