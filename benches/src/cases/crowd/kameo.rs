//! kameo: an actor for each worker, and for each heartbeat a task that sends the beats.

use std::convert::Infallible;

use kameo::Actor;
use kameo::actor::{ActorRef, Spawn};
use kameo::mailbox;
use kameo::message::{Context, Message};
use tokio::time::interval;

use super::member::{BEAT, Crowd, Member};

struct One(Member);

struct Beat;

impl Actor for One {
    /// Whether it beats.
    type Args = (Member, bool);
    type Error = Infallible;

    async fn on_start(
        (mut member, beats): Self::Args,
        itself: ActorRef<Self>,
    ) -> Result<Self, Infallible> {
        if beats {
            member.beat();
            let itself = itself.downgrade();
            tokio::spawn(async move {
                let mut beat = interval(BEAT);
                beat.tick().await;
                loop {
                    beat.tick().await;
                    let Some(actor) = itself.upgrade() else { break };
                    if actor.tell(Beat).await.is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Self(member))
    }
}

impl Message<Beat> for One {
    type Reply = ();

    async fn handle(&mut self, _: Beat, _: &mut Context<Self, ()>) {
        self.0.beat();
    }
}

pub async fn actors(crowd: Crowd) {
    let mut actors = Vec::new();
    for _ in 0..crowd.size.beating {
        actors.push(One::spawn((crowd.member(), true)));
    }
    for _ in 0..crowd.size.listening {
        let args = (crowd.member(), false);
        let one = One::spawn_with_mailbox(args, mailbox::bounded(1024));
        one.tell(Beat).await.expect("a receiver");
        actors.push(one);
    }
    crowd.live().await;
    for actor in &actors {
        actor.stop_gracefully().await.expect("a stop");
    }
    for actor in &actors {
        actor.wait_for_shutdown().await;
    }
    drop(actors);
    crowd.gone().await;
}
