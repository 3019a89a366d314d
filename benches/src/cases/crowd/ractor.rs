//! ractor: an actor for each worker, with ractor's own interval for a heartbeat.

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::member::{BEAT, Crowd, Member};

/// Whether it beats.
struct One(bool);

impl Actor for One {
    type Msg = u64;
    type State = Member;
    type Arguments = Member;

    async fn pre_start(
        &self,
        myself: ActorRef<u64>,
        mut member: Member,
    ) -> Result<Member, ActorProcessingErr> {
        if self.0 {
            member.beat();
            myself.send_interval(BEAT, || 0);
        }
        Ok(member)
    }

    async fn handle(
        &self,
        _: ActorRef<u64>,
        _: u64,
        member: &mut Member,
    ) -> Result<(), ActorProcessingErr> {
        member.beat();
        Ok(())
    }
}

pub async fn actors(crowd: Crowd) {
    let mut actors = Vec::new();
    for _ in 0..crowd.size.beating {
        let one = Actor::spawn(None, One(true), crowd.member()).await;
        actors.push(one.expect("an actor"));
    }
    for _ in 0..crowd.size.listening {
        let one = Actor::spawn(None, One(false), crowd.member()).await;
        let one = one.expect("an actor");
        one.0.cast(0).expect("a receiver");
        actors.push(one);
    }
    crowd.live().await;
    for (actor, _) in &actors {
        actor.stop(None);
    }
    for (_, ended) in actors {
        ended.await.expect("an end");
    }
    crowd.gone().await;
}
