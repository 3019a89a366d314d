//! The dispatcher alone and as a worker, and code that is generic over message producers.

use std::sync::Arc;
use std::time::Duration;

use fluid::{Dispatcher, OnError, Options, SendError, TrySendError, by_hand::Nothing};
use fluid::{MessageProducer, Output};
use tokio::time::{Instant, timeout};

use crate::support::{Log, body, counts, group, ms, put, put_with, secs, sink};

struct Event {
    kind: &'static str,
    value: u64,
}

fn event(kind: &'static str, value: u64) -> Event {
    Event { kind, value }
}

#[tokio::test(start_paused = true)]
async fn all_handlers_of_a_type_are_called_at_the_same_time_and_counted() {
    let log = Log::default();
    let events = Dispatcher::new(|event: &Event| event.kind);
    for tag in ["a", "b", "c"] {
        let log = log.clone();
        let replaced = events.register("tick", tag, move |event: Arc<Event>| {
            let log = log.clone();
            async move {
                tokio::time::sleep(secs(1)).await;
                log.note(format!("{tag} {}", event.value));
            }
        });
        assert!(!replaced);
    }
    let begun = Instant::now();
    assert_eq!(events.dispatch(event("tick", 5)).await.unwrap(), 3);
    assert_eq!(begun.elapsed().as_secs(), 1);
    assert_eq!(log.lines(), ["a 5", "b 5", "c 5"]);
    assert_eq!(events.dispatch(event("other", 5)).await.unwrap(), 0);
    assert!(events.register("tick", "b", |_| async {}));
    assert!(events.unregister(&"tick", "a"));
    assert!(!events.unregister(&"tick", "a"));
    assert_eq!(events.dispatch(event("tick", 6)).await.unwrap(), 2);
    assert_eq!(log.lines().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_fails_or_panics_hinders_no_other() {
    let log = Log::default();
    let events = Dispatcher::new(|event: &Event| event.kind);
    events.register("tick", "errs", |_| async { Err::<(), _>("no") });
    events.register("tick", "panics", |_| async { assert_eq!(1, 2, "ouch") });
    let noted = log.clone();
    events.register("tick", "works", move |_| {
        let noted = noted.clone();
        async move { noted.note("worked") }
    });
    let error = events.dispatch(event("tick", 1)).await.unwrap_err();
    assert_eq!((error.called, error.failures.len()), (3, 2));
    let text = error.to_string();
    assert!(
        text.contains("`errs`: no") && text.contains("`panics`: panicked"),
        "{text}"
    );
    assert_eq!(log.lines(), ["worked"]);
}

#[tokio::test(start_paused = true)]
async fn a_dispatcher_in_a_group_handles_each_message_and_counts_failures() {
    let events = Dispatcher::new(|event: &Event| event.kind);
    events.register("tick", "odd", |event: Arc<Event>| async move {
        if event.value % 2 == 1 {
            Err("odd")
        } else {
            Ok(())
        }
    });
    let mut workers = group();
    let options = Options::new().on_error(OnError::Skip);
    let running_events = put_with(&mut workers, "events", options, events.clone());
    let running = workers.startup().await.unwrap();
    for value in 0..10 {
        running_events.send(event("tick", value)).await.unwrap();
    }
    tokio::time::sleep(ms(1)).await;
    events.unregister(&"tick", "odd");
    running_events.send(event("tick", 1)).await.unwrap();
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "events"), [11, 6, 5, 0, 0]);
}

/// Sends through any message producer.
async fn produce(to: &impl MessageProducer<u64>) -> Result<(), SendError<u64>> {
    to.send(1).await?;
    to.try_send(2).map_err(|error| match error {
        TrySendError::Full(error) | TrySendError::Closed(error) => error,
    })
}

#[tokio::test(start_paused = true)]
async fn senders_handles_and_outputs_are_message_producers() {
    let mut workers = group();
    let sink = put(&mut workers, "sink", sink::<u64>(Duration::ZERO));
    let source = put(
        &mut workers,
        "source",
        body::<Nothing, u64>(|ctx, io| {
            Box::pin(async {
                produce(&io.output).await?;
                ctx.stopping().await;
                Ok(())
            })
        }),
    );
    workers.connect(&source, &sink);
    let running = workers.startup().await.unwrap();
    produce(&sink.handle()).await.unwrap();
    produce(sink.sender()).await.unwrap();
    timeout(secs(1), produce(&Output::new()))
        .await
        .unwrap()
        .unwrap();
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "sink"), [6, 6, 0, 0, 0]);
    assert_eq!(produce(&sink.handle()).await.unwrap_err().message, 1);
}
