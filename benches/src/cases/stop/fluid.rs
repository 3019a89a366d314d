//! fluid: the client sends through the handle of the stage.

use fluid::{Context, Output, consumer, worker, workers};

use super::trial::Trial;

#[worker]
async fn source(ctx: &Context, trial: &Trial, messages: &Output<u64>) {
    while ctx.is_running() && messages.send(0).await.is_ok() {
        trial.accepted();
    }
    trial.seen();
}

#[consumer]
async fn stage(message: u64, trial: &Trial) -> u64 {
    trial.stage();
    message
}

#[consumer]
async fn sink(message: u64, trial: &Trial) {
    let _ = message;
    trial.sink();
}

workers! {
    struct Stopped(trial: Trial) {
        source: Source { trial },
        pub stage: Stage { trial },
        sink: Sink { trial },
    }

    source.messages => stage => sink;
}

pub async fn group(trial: Trial) {
    let running = Stopped::new(trial.clone());
    let running = running.startup().await.expect("a start");
    let stage = running.stage().clone();
    let client = trial.clone().be_client(move || {
        let stage = stage.clone();
        async move { stage.send(0).await.is_ok() }
    });
    let client = tokio::spawn(client);
    let stopped = running.clone();
    let asking = trial.ask(move || stopped.gracefully_stop());
    let exit = running.wait_for_shutdown().await;
    trial.ended();
    assert!(exit.is_success(), "{exit}");
    client.await.expect("the client");
    asking.join().expect("the one who asks");
}
