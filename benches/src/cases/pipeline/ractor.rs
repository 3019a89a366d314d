//! ractor.

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::course::{Arrivals, Course, Message};

struct Sink;

impl Actor for Sink {
    type Msg = Message;
    type State = Arrivals;
    type Arguments = Arrivals;

    async fn pre_start(
        &self,
        _: ActorRef<Message>,
        arrivals: Arrivals,
    ) -> Result<Arrivals, ActorProcessingErr> {
        Ok(arrivals)
    }

    async fn handle(
        &self,
        _: ActorRef<Message>,
        message: Message,
        arrivals: &mut Arrivals,
    ) -> Result<(), ActorProcessingErr> {
        arrivals.arrive(message);
        Ok(())
    }
}

struct Stage;

impl Actor for Stage {
    type Msg = Message;
    type State = (Course, ActorRef<Message>);
    type Arguments = (Course, ActorRef<Message>);

    async fn pre_start(
        &self,
        _: ActorRef<Message>,
        state: Self::State,
    ) -> Result<Self::State, ActorProcessingErr> {
        Ok(state)
    }

    async fn handle(
        &self,
        _: ActorRef<Message>,
        message: Message,
        (course, sink): &mut Self::State,
    ) -> Result<(), ActorProcessingErr> {
        course.handle();
        sink.cast(message)?;
        Ok(())
    }
}

pub async fn actors(course: Course) {
    let sink = Actor::spawn(None, Sink, course.arrivals()).await;
    let (sink, _) = sink.expect("a sink");
    let stage = Actor::spawn(None, Stage, (course.clone(), sink.clone())).await;
    let (stage, _) = stage.expect("a stage");
    let (mut departures, to) = (course.departures(), stage.clone());
    let sending = tokio::spawn(async move {
        while let Some(message) = departures.next().await {
            to.cast(message).expect("a receiver");
        }
    });
    sending.await.expect("the sender");
    for actor in [stage, sink] {
        actor.drain_and_wait(None).await.expect("an end");
    }
}
