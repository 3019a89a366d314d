use super::*;
use crate::queue::reply::Reply;

fn ask<T: Send + 'static>(askers: &Askers) -> (Reply<T>, Answer<T>) {
    let place = askers.place(Waker::noop().clone());
    (Reply::to(Arc::clone(&place)), Answer::at(place))
}

fn poll<T>(answer: &mut Answer<T>) -> Poll<Result<T, Verdict>> {
    Pin::new(answer).poll(&mut Context::from_waker(Waker::noop()))
}

fn places(askers: &Askers) -> usize {
    briefly(&askers.0).all.len()
}

#[test]
fn one_question_after_the_other_is_asked_in_one_place() {
    let askers = Askers::none();
    for number in 0..10 {
        let (reply, mut answer) = ask(&askers);
        assert!(poll(&mut answer).is_pending());
        assert!(reply.send(number));
        assert_eq!(poll(&mut answer), Poll::Ready(Ok(number)));
    }
    assert_eq!(places(&askers), 1);
}

#[test]
fn a_place_is_not_vacant_while_an_answer_to_the_last_question_may_come() {
    let askers = Askers::none();
    let (late, left) = ask(&askers);
    drop(left);
    let (reply, mut answer) = ask(&askers);
    assert!(late.is_closed());
    assert!(!late.send(1));
    assert!(poll(&mut answer).is_pending());
    assert!(reply.send(2));
    assert_eq!(poll(&mut answer), Poll::Ready(Ok(2)));
}

#[test]
fn answers_of_several_types_come_to_those_who_asked() {
    let askers = Askers::none();
    for number in 0..4_u64 {
        let (reply, mut answer) = ask(&askers);
        assert!(reply.send(number));
        assert_eq!(poll(&mut answer), Poll::Ready(Ok(number)));
        let (reply, mut answer) = ask(&askers);
        assert!(reply.send(number.to_string()));
        assert_eq!(poll(&mut answer), Poll::Ready(Ok(number.to_string())));
    }
    assert!(places(&askers) <= 2);
}

#[test]
fn there_are_about_as_many_places_as_open_questions() {
    let askers = Askers::none();
    let many: Vec<_> = (0..1000).map(|_| ask::<u64>(&askers)).collect();
    assert_eq!(places(&askers), 1000);
    // Of those that stay open, most are followed by one that does not.
    let open: Vec<_> = many.into_iter().step_by(10).collect();
    for _ in 0..10_000 {
        drop(ask::<u64>(&askers));
    }
    assert!(places(&askers) <= 2 * open.len() + LOOKS);
    drop(open);
    for _ in 0..1000 {
        drop(ask::<u64>(&askers));
    }
    assert!(places(&askers) <= LOOKS, "{}", places(&askers));
}

#[test]
fn all_who_wait_are_told_that_the_consumer_is_given_up() {
    let askers = Askers::none();
    let (reply, mut answer) = ask::<u64>(&askers);
    let (answered, mut heard) = ask(&askers);
    assert!(answered.send(1));
    askers.give_up();
    assert_eq!(places(&askers), 0);
    assert!(!reply.is_closed());
    assert_eq!(poll(&mut answer), Poll::Ready(Err(Verdict::Unanswered)));
    assert!(reply.is_closed());
    assert_eq!(poll(&mut heard), Poll::Ready(Ok(1)));
    // And so are those who come later.
    let (_reply, mut answer) = ask::<u64>(&askers);
    assert_eq!(poll(&mut answer), Poll::Ready(Err(Verdict::Unanswered)));
}

#[test]
fn an_answer_that_is_late_is_heard_until_whoever_asked_has_looked() {
    let askers = Askers::none();
    let (reply, mut answer) = ask(&askers);
    askers.give_up();
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

    let askers = Askers::none();
    let (late, left) = ask(&askers);
    drop(left);
    let (unheard, answer) = ask(&askers);
    assert!(unheard.send(Panics));
    for drops in [
        Box::new(|| assert!(!late.send(Panics))) as Box<dyn FnOnce()>,
        Box::new(|| drop(answer)),
    ] {
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(drops));
        assert!(caught.is_err());
    }
    // Both places are vacant.
    for number in 0..4 {
        let (reply, mut answer) = ask(&askers);
        assert!(reply.send(number));
        assert_eq!(poll(&mut answer), Poll::Ready(Ok(number)));
    }
    assert_eq!(places(&askers), 1);
}
