use super::*;
use crate::queue::reply::Reply;

fn ask<T: Send + 'static>(reply_slots: &ReplySlots) -> (Reply<T>, Answer<T>) {
    let slot = reply_slots.slot(Waker::noop());
    (Reply::to(Arc::clone(&slot)), Answer::at(slot))
}

fn poll<T>(answer: &mut Answer<T>) -> Poll<Result<T, NoReply>> {
    Pin::new(answer).poll(&mut Context::from_waker(Waker::noop()))
}

fn slots(reply_slots: &ReplySlots) -> usize {
    reply_slots.0.lock().all.len()
}

#[test]
fn consecutive_questions_use_one_reply_slot() {
    let reply_slots = ReplySlots::none();
    for number in 0..10 {
        let (reply, mut answer) = ask(&reply_slots);
        assert!(poll(&mut answer).is_pending());
        assert!(reply.send(number));
        assert_eq!(poll(&mut answer), Poll::Ready(Ok(number)));
    }
    assert_eq!(slots(&reply_slots), 1);
}

#[test]
fn a_reply_slot_is_not_reused_while_an_answer_to_its_last_question_may_come() {
    let reply_slots = ReplySlots::none();
    let (late, left) = ask(&reply_slots);
    drop(left);
    let (reply, mut answer) = ask(&reply_slots);
    assert!(late.is_closed());
    assert!(!late.send(1));
    assert!(poll(&mut answer).is_pending());
    assert!(reply.send(2));
    assert_eq!(poll(&mut answer), Poll::Ready(Ok(2)));
}

#[test]
fn answers_of_several_types_reach_their_questions() {
    let reply_slots = ReplySlots::none();
    for number in 0..4_u64 {
        let (reply, mut answer) = ask(&reply_slots);
        assert!(reply.send(number));
        assert_eq!(poll(&mut answer), Poll::Ready(Ok(number)));
        let (reply, mut answer) = ask(&reply_slots);
        assert!(reply.send(number.to_string()));
        assert_eq!(poll(&mut answer), Poll::Ready(Ok(number.to_string())));
    }
    assert!(slots(&reply_slots) <= 2);
}

#[test]
fn the_number_of_reply_slots_is_bounded_by_the_open_questions() {
    let reply_slots = ReplySlots::none();
    let many: Vec<_> = (0..1000).map(|_| ask::<u64>(&reply_slots)).collect();
    assert_eq!(slots(&reply_slots), 1000);
    // Of those that stay open, most are followed by one that does not.
    let open: Vec<_> = many.into_iter().step_by(10).collect();
    for _ in 0..10_000 {
        drop(ask::<u64>(&reply_slots));
    }
    assert!(slots(&reply_slots) <= 2 * open.len() + LOOKS);
    drop(open);
    for _ in 0..1000 {
        drop(ask::<u64>(&reply_slots));
    }
    assert!(slots(&reply_slots) <= LOOKS, "{}", slots(&reply_slots));
}

#[test]
fn every_open_question_fails_when_the_consumer_is_given_up() {
    let reply_slots = ReplySlots::none();
    let (reply, mut answer) = ask::<u64>(&reply_slots);
    let (answered, mut heard) = ask(&reply_slots);
    assert!(answered.send(1));
    reply_slots.give_up(NoReply::Unanswered);
    assert_eq!(slots(&reply_slots), 0);
    assert!(!reply.is_closed());
    assert_eq!(poll(&mut answer), Poll::Ready(Err(NoReply::Unanswered)));
    assert!(reply.is_closed());
    assert_eq!(poll(&mut heard), Poll::Ready(Ok(1)));
    // And so are those who come later.
    let (_reply, mut answer) = ask::<u64>(&reply_slots);
    assert_eq!(poll(&mut answer), Poll::Ready(Err(NoReply::Unanswered)));
}

#[test]
fn an_answer_after_the_consumer_is_given_up_is_delivered_if_the_question_was_not_polled_since() {
    let reply_slots = ReplySlots::none();
    let (reply, mut answer) = ask(&reply_slots);
    reply_slots.give_up(NoReply::Unanswered);
    assert!(reply.send(1));
    assert_eq!(poll(&mut answer), Poll::Ready(Ok(1)));
}

#[test]
fn an_answer_replaces_an_earlier_verdict_and_a_later_verdict_does_not() {
    let reply_slots = ReplySlots::none();
    let [(dropped, mut asks), (answered, mut hears)] = [(); 2].map(|()| ask::<u64>(&reply_slots));
    reply_slots.give_up(NoReply::Dropped);
    drop(dropped);
    assert!(answered.send(1));
    assert_eq!(poll(&mut asks), Poll::Ready(Err(NoReply::Dropped)));
    assert_eq!(poll(&mut hears), Poll::Ready(Ok(1)));
}

#[test]
fn an_undelivered_answer_whose_drop_panics_leaves_its_slot_reusable() {
    struct Panics;

    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    let reply_slots = ReplySlots::none();
    let (late, left) = ask(&reply_slots);
    drop(left);
    let (unheard, answer) = ask(&reply_slots);
    assert!(unheard.send(Panics));
    for drops in [
        Box::new(|| assert!(!late.send(Panics))) as Box<dyn FnOnce()>,
        Box::new(|| drop(answer)),
    ] {
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(drops));
        assert!(caught.is_err());
    }
    // Both slots are vacant.
    for number in 0..4 {
        let (reply, mut answer) = ask(&reply_slots);
        assert!(reply.send(number));
        assert_eq!(poll(&mut answer), Poll::Ready(Ok(number)));
    }
    assert_eq!(slots(&reply_slots), 1);
}
