//! elfo. Its actors are groups of a topology. Routes between the groups deliver the messages.

use std::ops::Range;

use elfo::batteries::configurer;
use elfo::config::AnyConfig;
use elfo::{ActorGroup, Addr, Blueprint, Context, Message, Topology, message, msg};

use crate::work::Work;

#[message]
struct Number(u64);

/// A number in 64 bytes.
#[message]
struct Large([u64; 8]);

#[message(ret = u64)]
struct Question(u64);

/// Answered by an actor after it has handled all earlier messages; the actor then ends.
#[message(ret = ())]
struct End;

fn source<M: Message>(numbers: Range<u64>, message: fn(u64) -> M) -> Blueprint {
    ActorGroup::new().exec(move |ctx| {
        let numbers = numbers.clone();
        async move {
            for number in numbers {
                ctx.send(message(number)).await.expect("a receiver");
            }
            end(ctx).await;
        }
    })
}

fn asker(numbers: Range<u64>) -> Blueprint {
    ActorGroup::new().exec(move |ctx| {
        let numbers = numbers.clone();
        async move {
            for number in numbers {
                let answer = ctx.request(Question(number)).resolve().await;
                assert_eq!(answer.expect("an answer"), number);
            }
            end(ctx).await;
        }
    })
}

/// Ends an actor that has sent everything.
async fn end(mut ctx: Context) {
    msg!(match ctx.recv().await.expect("an end") {
        (End, token) => ctx.respond(token, ()),
        _ => unreachable!("nobody sends to a source"),
    });
}

/// Forwards each message.
fn stage() -> Blueprint {
    ActorGroup::new().exec(async |mut ctx| {
        ctx.set_mailbox_capacity(1024);
        while let Some(envelope) = ctx.recv().await {
            msg!(match envelope {
                number @ Number => ctx.send(number).await.expect("a receiver"),
                (End, token) => return ctx.respond(token, ()),
            });
        }
    })
}

fn sink(work: &Work) -> Blueprint {
    let work = work.clone();
    ActorGroup::new().exec(move |mut ctx| {
        let mut sum = work.sum();
        async move {
            ctx.set_mailbox_capacity(1024);
            while let Some(envelope) = ctx.recv().await {
                msg!(match envelope {
                    Number(number) => sum.add(number),
                    Large(number) => sum.add(number),
                    (Question(number), token) => {
                        sum.add(number);
                        ctx.respond(token, number);
                    }
                    (End, token) => {
                        drop(sum);
                        return ctx.respond(token, ());
                    }
                });
            }
        }
    })
}

/// Starts the topology, and ends its actors in this order. elfo's `start` returns only at a signal; elfo's own
/// benchmarks use this way.
async fn run(topology: Topology, actors: Vec<Addr>) {
    let configurers = topology.local("system.configurers").entrypoint();
    configurers.mount(configurer::fixture(&topology, AnyConfig::default()));
    let ending = elfo::_priv::do_start(topology, false, |ctx, _| async move {
        for actor in actors {
            let ended = ctx.request_to(actor, End).resolve().await;
            ended.expect("an end");
        }
    });
    ending.await.expect("a start");
}

pub async fn one_to_one(work: Work) {
    let source = source(work.numbers(), Number);
    from_one(source, &work).await;
}

pub async fn one_to_one_large(work: Work) {
    let source = source(work.numbers(), |number| Large([number; 8]));
    from_one(source, &work).await;
}

async fn from_one(blueprint: Blueprint, work: &Work) {
    let topology = Topology::empty();
    let (from, to) = (topology.local("source"), topology.local("sink"));
    from.route_all_to(&to);
    let actors = vec![from.addr(), to.addr()];
    from.mount(blueprint);
    to.mount(sink(work));
    run(topology, actors).await;
}

pub async fn four_stages(work: Work) {
    let topology = Topology::empty();
    let [from, first, second, to] =
        ["source", "first", "second", "sink"].map(|name| topology.local(name));
    from.route_all_to(&first);
    first.route_all_to(&second);
    second.route_all_to(&to);
    let actors = vec![from.addr(), first.addr(), second.addr(), to.addr()];
    from.mount(source(work.numbers(), Number));
    first.mount(stage());
    second.mount(stage());
    to.mount(sink(&work));
    run(topology, actors).await;
}

pub async fn four_to_one(work: Work) {
    let topology = Topology::empty();
    let to = topology.local("sink");
    let mut actors = Vec::new();
    for quarter in 0..4 {
        let from = topology.local(format!("source {quarter}"));
        from.route_all_to(&to);
        actors.push(from.addr());
        from.mount(source(work.quarter(quarter), Number));
    }
    actors.push(to.addr());
    to.mount(sink(&work));
    run(topology, actors).await;
}

pub async fn broadcast(work: Work) {
    let topology = Topology::empty();
    let [from, left, right] = ["source", "left", "right"].map(|name| topology.local(name));
    from.route_all_to(&left);
    from.route_all_to(&right);
    let actors = vec![from.addr(), left.addr(), right.addr()];
    from.mount(source(work.numbers(), Number));
    left.mount(sink(&work));
    right.mount(sink(&work));
    run(topology, actors).await;
}

pub async fn ask(work: Work) {
    from_one(asker(work.numbers()), &work).await;
}
