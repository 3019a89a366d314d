//! kameo.

use kameo::Actor;
use kameo::actor::{ActorRef, Spawn};
use kameo::mailbox;
use kameo::message::{Context, Message as Receives};

use super::course::{Arrivals, Course, Message};

#[derive(Actor)]
struct Sink(Arrivals);

impl Receives<Message> for Sink {
    type Reply = ();

    async fn handle(&mut self, message: Message, _: &mut Context<Self, ()>) {
        self.0.arrive(message);
    }
}

#[derive(Actor)]
struct Stage(Course, ActorRef<Sink>);

impl Receives<Message> for Stage {
    type Reply = ();

    async fn handle(&mut self, message: Message, _: &mut Context<Self, ()>) {
        self.0.handle();
        self.1.tell(message).await.expect("a receiver");
    }
}

async fn end<A: Actor>(actor: ActorRef<A>) {
    actor.stop_gracefully().await.expect("a stop");
    actor.wait_for_shutdown().await;
}

pub async fn actors(course: Course) {
    let sink = Sink::spawn_with_mailbox(Sink(course.arrivals()), mailbox::bounded(1024));
    let stage = Stage(course.clone(), sink.clone());
    let stage = Stage::spawn_with_mailbox(stage, mailbox::bounded(1024));
    let (mut departures, to) = (course.departures(), stage.clone());
    let sending = tokio::spawn(async move {
        while let Some(message) = departures.next().await {
            to.tell(message).await.expect("a receiver");
        }
    });
    sending.await.expect("the sender");
    end(stage).await;
    end(sink).await;
}
