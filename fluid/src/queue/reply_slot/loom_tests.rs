//! Questions and answers in every order of threads.

use std::future::poll_fn;

use super::*;
use crate::queue::reply::{Reply, discard};
use crate::sync::blocking::block_on;
use crate::sync::loom_types::explore;
use crate::sync::thread;

/// Asks as a sender does, and gives the reply to `answering`.
async fn ask(
    reply_slots: &ReplySlots,
    expected: bool,
    answering: impl FnOnce(Reply<u64>),
) -> Result<u64, NoReply> {
    let slot = poll_fn(|cx| Poll::Ready(reply_slots.slot(cx.waker()))).await;
    let answer = Answer::at(Arc::clone(&slot));
    answering(Reply::to(slot));
    if expected {
        answer.expected().await
    } else {
        answer.await
    }
}

/// Asks and answers on two threads, one question after the other.
fn converse(expected: bool) {
    let reply_slots = Arc::new(ReplySlots::none());
    let asker = Arc::clone(&reply_slots);
    let asks = thread::spawn(move || {
        for number in 1..3 {
            let mut answers = None;
            let answered = block_on(ask(&asker, expected, |reply| {
                answers = Some(thread::spawn(move || reply.send(number)));
            }));
            assert_eq!(answered, Ok(number));
            assert!(answers.unwrap().join().unwrap());
        }
    });
    asks.join().unwrap();
    assert_eq!(reply_slots.0.lock().all.len(), 1);
}

#[test]
fn an_asker_is_woken_by_the_answer() {
    explore(|| converse(false));
}

#[test]
fn an_asker_that_has_set_its_waker_in_advance_is_woken_by_the_answer() {
    explore(|| converse(true));
}

#[test]
fn an_asker_that_is_polled_with_another_waker_is_woken_through_it() {
    explore(|| {
        let reply_slots = ReplySlots::none();
        let slot = reply_slots.slot(Waker::noop());
        let answer = Answer::at(Arc::clone(&slot));
        let answers = thread::spawn(move || Reply::to(slot).send(1));
        assert_eq!(block_on(answer), Ok(1));
        assert!(answers.join().unwrap());
    });
}

#[test]
fn a_question_asked_while_the_consumer_is_given_up_fails() {
    explore(|| {
        let reply_slots = Arc::new(ReplySlots::none());
        let asks = {
            let reply_slots = Arc::clone(&reply_slots);
            thread::spawn(move || {
                let mut held = None;
                let answered = block_on(ask(&reply_slots, true, |reply| held = Some(reply)));
                assert_eq!(answered, Err(NoReply::Unanswered));
                assert!(held.is_some_and(|reply| reply.is_closed()));
            })
        };
        reply_slots.give_up(NoReply::Unanswered);
        asks.join().unwrap();
    });
}

#[test]
fn an_asker_gets_the_verdict_of_a_consumer_that_is_given_up_before_its_question_is_dropped() {
    for verdict in [NoReply::Dropped, NoReply::Unanswered] {
        explore(move || {
            let reply_slots = ReplySlots::none();
            let slot = reply_slots.slot(Waker::noop());
            let answer = Answer::at(Arc::clone(&slot));
            let gives_up = thread::spawn(move || {
                reply_slots.give_up(verdict);
                let reply = Reply::<u64>::to(slot);
                // Then the message with the reply is dropped, which gives the other verdict.
                match verdict {
                    NoReply::Dropped => drop(reply),
                    _ => discard(reply),
                }
            });
            assert_eq!(block_on(answer), Err(verdict));
            gives_up.join().unwrap();
        });
    }
}

#[test]
fn an_answer_to_a_cancelled_question_is_dropped_once() {
    explore(|| {
        let reply_slots = Arc::new(ReplySlots::none());
        let answer = Arc::new(5);
        let slot = reply_slots.slot(Waker::noop());
        let asks = Answer::at(Arc::clone(&slot));
        let answers = {
            let answer = Arc::clone(&answer);
            thread::spawn(move || Reply::to(slot).send(answer))
        };
        let gives_up = {
            let reply_slots = Arc::clone(&reply_slots);
            thread::spawn(move || reply_slots.give_up(NoReply::Unanswered))
        };
        drop(asks);
        let _ = answers.join().unwrap();
        gives_up.join().unwrap();
        assert_eq!(Arc::strong_count(&answer), 1);
    });
}

#[test]
fn an_answer_sent_before_the_consumer_is_given_up_is_delivered() {
    explore(|| {
        let reply_slots = Arc::new(ReplySlots::none());
        let slot = reply_slots.slot(Waker::noop());
        let asks = Answer::at(Arc::clone(&slot));
        let gives_up = {
            let reply_slots = Arc::clone(&reply_slots);
            thread::spawn(move || {
                Reply::to(slot).send(1);
                reply_slots.give_up(NoReply::Unanswered);
            })
        };
        assert_eq!(block_on(asks), Ok(1));
        gives_up.join().unwrap();
    });
}
