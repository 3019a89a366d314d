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
fn one_question_after_the_other_is_asked_in_one_place() {
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
fn a_place_is_not_vacant_while_an_answer_to_the_last_question_may_come() {
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
fn answers_of_several_types_come_to_those_who_asked() {
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
fn there_are_about_as_many_places_as_open_questions() {
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
fn all_who_wait_are_told_that_the_consumer_is_given_up() {
    let reply_slots = ReplySlots::none();
    let (reply, mut answer) = ask::<u64>(&reply_slots);
    let (answered, mut heard) = ask(&reply_slots);
    assert!(answered.send(1));
    reply_slots.give_up();
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
fn an_answer_that_is_late_is_heard_until_whoever_asked_has_looked() {
    let reply_slots = ReplySlots::none();
    let (reply, mut answer) = ask(&reply_slots);
    reply_slots.give_up();
    assert!(reply.send(1));
    assert_eq!(poll(&mut answer), Poll::Ready(Ok(1)));
}

#[test]
fn an_answer_that_nobody_hears_may_panic_when_it_is_dropped() {
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
