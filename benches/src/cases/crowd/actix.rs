//! actix: an actor for each worker, divided among two threads.

use actix::prelude::*;

use super::member::{BEAT, Crowd, Member};
use crate::case::Flavour;

struct One {
    member: Member,
    beats: bool,
}

impl Actor for One {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        if self.beats {
            self.member.beat();
            context.run_interval(BEAT, |one, _| one.member.beat());
        }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Beat;

impl Handler<Beat> for One {
    type Result = ();

    fn handle(&mut self, _: Beat, _: &mut Context<Self>) {
        self.member.beat();
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct End;

impl Handler<End> for One {
    type Result = ();

    fn handle(&mut self, _: End, context: &mut Context<Self>) {
        context.stop();
    }
}

pub fn actors(flavour: Flavour, crowd: Crowd) {
    System::new().block_on(async move {
        let other = (flavour == Flavour::Two).then(Arbiter::new);
        let here = Arbiter::current();
        let place = |number: u64| match &other {
            Some(other) if number % 2 == 1 => other.handle(),
            _ => here.clone(),
        };
        let mut actors = Vec::new();
        for number in 0..crowd.size.beating + crowd.size.listening {
            let (member, beats) = (crowd.member(), number < crowd.size.beating);
            let one = One { member, beats };
            let one = One::start_in_arbiter(&place(number), |_| one);
            if !beats {
                one.do_send(Beat);
            }
            actors.push(one);
        }
        crowd.live().await;
        for actor in actors {
            actor.do_send(End);
        }
        crowd.gone().await;
        if let Some(other) = other {
            other.stop();
            other.join().expect("an end");
        }
    });
}
