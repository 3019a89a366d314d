//! The health of a group, from its start to its end.

use std::time::Duration;

use fluid::{Context, State, Workers, worker};
use fluid_console::Health;

/// Takes five seconds to start and five to stop.
#[worker]
async fn linger(ctx: &Context) {
    ctx.stopping().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
}

/// The health as the letters of live, ready and started.
fn letters(health: &Health) -> String {
    let flags = [
        ('l', health.live),
        ('r', health.ready),
        ('s', health.started),
    ];
    flags
        .iter()
        .filter(|(_, is)| *is)
        .map(|(letter, _)| letter)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_group_is_ready_only_between_its_start_and_its_stop() {
    let mut workers = Workers::new("group");
    workers.add(Linger);
    let group = workers.handle();
    assert_eq!(letters(&Health::of(&group).await), "l", "not started");
    workers.startup().await.unwrap();
    assert_eq!(letters(&Health::of(&group).await), "lrs", "running");
    group.gracefully_stop();
    group.wait_for(State::Stopping).await;
    let stopping = Health::of(&group).await;
    assert_eq!(letters(&stopping), "ls", "stopping");
    assert_eq!(stopping.problems, ["it is stopping"]);
    assert!(group.wait_for_shutdown().await.is_success());
    assert_eq!(letters(&Health::of(&group).await), "s", "ended");
}

/// The thread that a worker blocks needs another one, on which the stall is seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_group_is_not_live_while_a_worker_blocks_its_thread() {
    #[worker(stall = "50ms", on_exit = "ignore")]
    async fn block(release: &std::sync::Mutex<std::sync::mpsc::Receiver<()>>) {
        let _ = release.lock().unwrap().recv();
    }
    let (release, blocked) = std::sync::mpsc::channel();
    let mut workers = Workers::new("group");
    workers.add(Block {
        release: std::sync::Arc::new(std::sync::Mutex::new(blocked)),
    });
    let group = workers.startup().await.unwrap();
    let sick = loop {
        let health = Health::of(&group).await;
        if !health.live {
            break health;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!(sick.problems, ["block blocks its thread"]);
    assert!(sick.ready && sick.started);
    release.send(()).unwrap();
    while !Health::of(&group).await.live {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(group.shutdown().await.is_success());
}
