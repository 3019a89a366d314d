//! Tasks that await each message together with the stop, as most services are written.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::trial::Trial;

/// Which branch a `biased` `select!` polls first.
#[derive(Clone, Copy, Debug)]
pub enum First {
    Message,
    Stop,
}

pub async fn tasks(trial: Trial, first: First) {
    let stop = CancellationToken::new();
    let (to_stage, of_stage) = mpsc::channel(1024);
    let (to_sink, of_sink) = mpsc::channel(1024);
    let client = trial.clone().be_client({
        let to_stage = to_stage.clone();
        move || {
            let to_stage = to_stage.clone();
            async move { to_stage.send(0).await.is_ok() }
        }
    });
    let tasks = [
        tokio::spawn(client),
        tokio::spawn(source(trial.clone(), to_stage, stop.clone())),
        tokio::spawn(stage(trial.clone(), of_stage, to_sink, stop.clone(), first)),
        tokio::spawn(sink(trial.clone(), of_sink, stop.clone(), first)),
    ];
    let asking = trial.ask(move || stop.cancel());
    for task in tasks {
        task.await.expect("a task");
    }
    trial.ended();
    asking.join().expect("the one who asks");
}

async fn source(trial: Trial, to_stage: mpsc::Sender<u64>, stop: CancellationToken) {
    while !stop.is_cancelled() && to_stage.send(0).await.is_ok() {
        trial.accepted();
    }
    trial.seen();
}

async fn stage(
    trial: Trial,
    mut messages: mpsc::Receiver<u64>,
    to_sink: mpsc::Sender<u64>,
    stop: CancellationToken,
    first: First,
) {
    while let Some(message) = next(&mut messages, &stop, first).await {
        trial.stage();
        if to_sink.send(message).await.is_err() {
            break;
        }
    }
}

async fn sink(
    trial: Trial,
    mut messages: mpsc::Receiver<u64>,
    stop: CancellationToken,
    first: First,
) {
    while next(&mut messages, &stop, first).await.is_some() {
        trial.sink();
    }
}

async fn next(
    messages: &mut mpsc::Receiver<u64>,
    stop: &CancellationToken,
    first: First,
) -> Option<u64> {
    match first {
        First::Message => tokio::select! {
            biased;
            message = messages.recv() => message,
            () = stop.cancelled() => None,
        },
        First::Stop => tokio::select! {
            biased;
            () = stop.cancelled() => None,
            message = messages.recv() => message,
        },
    }
}
