//! fluid: a group that is built and then started, and a group to which workers are added while it runs.

use fluid::{Exit, Workers, consumer, worker};

use super::member::{Crowd, Member};

#[worker(heartbeat = "1s")]
async fn beat(member: &mut Member) {
    member.beat();
}

#[consumer]
async fn listen(number: u64, member: &mut Member) {
    let _ = number;
    member.beat();
}

pub async fn group(crowd: Crowd) {
    let mut workers = Workers::new("crowd");
    for _ in 0..crowd.size.beating {
        workers.add(Beat {
            member: crowd.member(),
        });
    }
    let mut listening = Vec::new();
    for _ in 0..crowd.size.listening {
        let listen = Listen {
            member: crowd.member(),
        };
        listening.push(workers.add(listen).handle());
    }
    let running = workers.startup().await.expect("a start");
    for one in &listening {
        one.send(0).await.expect("a receiver");
    }
    crowd.live().await;
    check(&running.shutdown().await);
}

pub async fn added(crowd: Crowd) {
    let running = Workers::new("crowd").startup().await.expect("a start");
    for _ in 0..crowd.size.beating {
        let beat = Beat {
            member: crowd.member(),
        };
        running.add(beat).expect("a running group");
    }
    for _ in 0..crowd.size.listening {
        let listen = Listen {
            member: crowd.member(),
        };
        let listening = running.add(listen).expect("a running group");
        listening.send(0).await.expect("a receiver");
    }
    crowd.live().await;
    check(&running.shutdown().await);
}

fn check(exit: &Exit) {
    assert!(exit.is_success(), "{:?}", exit.cause());
}
