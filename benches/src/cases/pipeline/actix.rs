//! actix. With two threads, the source is on one thread, and the stage and the sink are on the other. On the thread of a
//! source that is never idle they would wait for milliseconds.

use actix::prelude::*;

use super::course::{Arrivals, Course, Message};
use crate::case::Flavour;

#[derive(Message)]
#[rtype(result = "()")]
struct Sent(Message);

#[derive(Message)]
#[rtype(result = "()")]
struct End;

/// Drops its arrivals when it is asked to end.
struct Sink(Option<Arrivals>);

impl Actor for Sink {
    type Context = Context<Self>;
}

impl Handler<Sent> for Sink {
    type Result = ();

    fn handle(&mut self, message: Sent, _: &mut Context<Self>) {
        let arrivals = self.0.as_mut().expect("a sink that goes on");
        arrivals.arrive(message.0);
    }
}

impl Handler<End> for Sink {
    type Result = ();

    fn handle(&mut self, _: End, context: &mut Context<Self>) {
        self.0 = None;
        context.stop();
    }
}

struct Stage(Course, Addr<Sink>);

impl Actor for Stage {
    type Context = Context<Self>;
}

impl Handler<Sent> for Stage {
    type Result = ();

    fn handle(&mut self, message: Sent, _: &mut Context<Self>) {
        self.0.handle();
        self.1.do_send(message);
    }
}

impl Handler<End> for Stage {
    type Result = ();

    fn handle(&mut self, _: End, context: &mut Context<Self>) {
        context.stop();
    }
}

pub fn actors(flavour: Flavour, course: Course) {
    System::new().block_on(async move {
        let other = (flavour == Flavour::Two).then(Arbiter::new);
        let place = match &other {
            Some(other) => other.handle(),
            None => Arbiter::current(),
        };
        let sink = Sink(Some(course.arrivals()));
        let sink = Sink::start_in_arbiter(&place, |_| sink);
        let stage = Stage(course.clone(), sink.clone());
        let stage = Stage::start_in_arbiter(&place, |_| stage);
        let mut departures = course.departures();
        while let Some(message) = departures.next().await {
            stage.do_send(Sent(message));
        }
        stage.send(End).await.expect("an end");
        sink.send(End).await.expect("an end");
        if let Some(other) = other {
            other.stop();
            other.join().expect("an end");
        }
    });
}
