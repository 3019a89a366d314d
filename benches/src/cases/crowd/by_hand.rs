//! A task for each worker, in the usual form: a `select!` of its interval or its channel and the stop.

use tokio::sync::mpsc;
use tokio::time::interval;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::member::{BEAT, Crowd, Member};

pub async fn tasks(crowd: Crowd) {
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    for _ in 0..crowd.size.beating {
        tasks.spawn(beating(crowd.member(), stop.clone()));
    }
    let mut senders = Vec::new();
    for _ in 0..crowd.size.listening {
        let (sender, receiver) = mpsc::channel(1024);
        tasks.spawn(listening(crowd.member(), receiver, stop.clone()));
        senders.push(sender);
    }
    for sender in &senders {
        sender.send(0).await.expect("a receiver");
    }
    crowd.live().await;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
}

async fn beating(mut member: Member, stop: CancellationToken) {
    let mut beat = interval(BEAT);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = beat.tick() => member.beat(),
        }
    }
}

async fn listening(mut member: Member, mut receiver: mpsc::Receiver<u64>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            number = receiver.recv() => match number {
                Some(_) => member.beat(),
                None => break,
            },
        }
    }
}
