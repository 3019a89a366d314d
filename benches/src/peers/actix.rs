//! actix. Its actors run on arbiters, which are threads of actix. With two threads, the sender and the stages are
//! divided among them. `do_send` ignores the bound of a mailbox.

use actix::prelude::*;

use crate::case::Flavour;
use crate::work::{Payload, Sum, Work};

#[derive(Message)]
#[rtype(result = "u64")]
struct Number<P: Payload>(P);

/// Reports its sum when it is asked to end.
struct Sink(Option<Sum>);

impl Actor for Sink {
    type Context = Context<Self>;
}

impl<P: Payload> Handler<Number<P>> for Sink {
    type Result = u64;

    fn handle(&mut self, number: Number<P>, _: &mut Context<Self>) -> u64 {
        self.0.as_mut().expect("a sink that goes on").add(number.0);
        number.0.number()
    }
}

/// Forwards each message.
struct Stage(Recipient<Number<u64>>);

impl Actor for Stage {
    type Context = Context<Self>;
}

impl Handler<Number<u64>> for Stage {
    type Result = u64;

    fn handle(&mut self, number: Number<u64>, _: &mut Context<Self>) -> u64 {
        let answer = number.0;
        self.0.do_send(number);
        answer
    }
}

/// Ends an actor after it has handled all earlier messages.
#[derive(Message)]
#[rtype(result = "()")]
struct End;

impl Handler<End> for Sink {
    type Result = ();

    fn handle(&mut self, _: End, context: &mut Context<Self>) {
        self.0 = None;
        context.stop();
    }
}

impl Handler<End> for Stage {
    type Result = ();

    fn handle(&mut self, _: End, context: &mut Context<Self>) {
        context.stop();
    }
}

/// Where actors are started: on the thread that sends, or on another one.
struct Place(Option<Arbiter>);

impl Place {
    fn here<A: Actor<Context = Context<A>>>(actor: A) -> Addr<A> {
        actor.start()
    }

    /// On the other thread, if there is one.
    fn there<A: Actor<Context = Context<A>> + Send>(&self, actor: A) -> Addr<A> {
        match &self.0 {
            None => actor.start(),
            Some(arbiter) => A::start_in_arbiter(&arbiter.handle(), |_| actor),
        }
    }

    fn sink(&self, work: &Work) -> Addr<Sink> {
        self.there(Sink(Some(work.sum())))
    }
}

fn on_its_own(flavour: Flavour, work: impl AsyncFnOnce(&Place)) {
    System::new().block_on(async move {
        let place = Place((flavour == Flavour::Two).then(Arbiter::new));
        work(&place).await;
        if let Some(arbiter) = place.0 {
            arbiter.stop();
            arbiter.join().expect("an end");
        }
    });
}

async fn send<P: Payload>(numbers: std::ops::Range<u64>, to: Recipient<Number<P>>) {
    for number in numbers {
        to.do_send(Number(P::of(number)));
        tokio::task::consume_budget().await;
    }
}

pub fn one_to_one<P: Payload>(flavour: Flavour, work: Work) {
    on_its_own(flavour, async move |place| {
        let sink = place.sink(&work);
        send::<P>(work.numbers(), sink.clone().recipient()).await;
        sink.send(End).await.expect("an end");
    });
}

pub fn four_stages(flavour: Flavour, work: Work) {
    on_its_own(flavour, async move |place| {
        let sink = place.sink(&work);
        let second = Place::here(Stage(sink.clone().recipient()));
        let first = place.there(Stage(second.clone().recipient()));
        send(work.numbers(), first.clone().recipient()).await;
        first.send(End).await.expect("an end");
        second.send(End).await.expect("an end");
        sink.send(End).await.expect("an end");
    });
}

pub fn four_to_one(flavour: Flavour, work: Work) {
    on_its_own(flavour, async move |place| {
        let sink = place.sink(&work);
        let sending = [0, 1, 2, 3].map(|quarter| {
            actix::spawn(send::<u64>(work.quarter(quarter), sink.clone().recipient()))
        });
        for one in sending {
            one.await.expect("a sender");
        }
        sink.send(End).await.expect("an end");
    });
}

pub fn broadcast(flavour: Flavour, work: Work) {
    on_its_own(flavour, async move |place| {
        let (left, right) = (place.sink(&work), place.sink(&work));
        for number in work.numbers() {
            left.do_send(Number(number));
            right.do_send(Number(number));
            tokio::task::consume_budget().await;
        }
        left.send(End).await.expect("an end");
        right.send(End).await.expect("an end");
    });
}

pub fn ask(flavour: Flavour, work: Work) {
    on_its_own(flavour, async move |place| {
        let answering = place.sink(&work);
        for number in work.numbers() {
            let answer = answering.send(Number(number)).await;
            assert_eq!(answer.expect("an answer"), number);
        }
        answering.send(End).await.expect("an end");
    });
}
