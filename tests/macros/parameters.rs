//! Each row of the table of parameters: its meaning, and the field that it becomes.

use std::sync::Arc;
use std::time::Duration;

use fluid::{Context, Output, WorkerExt, consumer, worker, workers};

use crate::support::{Note, Seen};

#[derive(Clone)]
struct Prefix(&'static str);

/// One parameter of each kind.
#[consumer]
async fn everything(
    count: &mut u64,
    message: u64,
    ctx: &Context,
    seen: &Seen,
    prefix: Prefix,
    odd: &Output<u64>,
) -> Option<String> {
    *count += message;
    seen.note(format!("{} {} {count}", ctx.worker_name(), prefix.0));
    if message % 2 == 1 {
        odd.send(message).await.unwrap();
        return None;
    }
    Some(message.to_string())
}

workers! {
    struct Kinds(seen: Seen, odds: Seen, evens: Seen, prefix: Prefix) {
        pub all: Everything { seen, count: 10, prefix },
        odd: Note<u64> { seen: odds, marker: Default::default() },
        even: Note<String> { seen: evens, marker: Default::default() },
    }

    all.odd => odd;
    all => even;
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_parameter_has_its_meaning() {
    let [seen, odds, evens] = [(); 3].map(|()| Arc::new(Seen::default()));
    let group = Kinds::new(
        Arc::clone(&seen),
        Arc::clone(&odds),
        Arc::clone(&evens),
        Prefix("p"),
    );
    let running = group.startup().await.unwrap();
    for number in [1, 2, 3] {
        running.all().send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(seen.all(), ["all p 11", "all p 13", "all p 16"]);
    assert_eq!(odds.all(), ["1", "3"]);
    assert_eq!(evens.all(), ["2"]);
}

#[test]
fn the_annotated_function_can_still_be_called() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut count = 0;
    runtime.block_on(async {
        take(7, &mut count, 3).await;
    });
    assert_eq!(count, 21);
}

#[consumer]
async fn take(message: u64, count: &mut u64, factor: u64) {
    *count += message * factor;
}

/// A resource of an unsized type.
#[consumer]
async fn shout(message: String, suffix: &str, sink: &(dyn Sink + Send + Sync), marks: &[char]) {
    sink.put(format!("{message}{suffix}{}", marks.len()));
}

trait Sink {
    fn put(&self, line: String);
}

impl Sink for Seen {
    fn put(&self, line: String) {
        self.note(line);
    }
}

workers! {
    struct Unsized(suffix: str, sink: dyn Sink + Send + Sync, marks: [char]) {
        pub shout: Shout { suffix, sink, marks },
    }
}

#[tokio::test(start_paused = true)]
async fn a_resource_may_be_unsized() {
    let seen = Arc::new(Seen::default());
    let sink: Arc<dyn Sink + Send + Sync> = seen.clone();
    let running = Unsized::new("!", sink, vec!['a', 'b'])
        .startup()
        .await
        .unwrap();
    running.shout().send("hey".to_owned()).await.unwrap();
    assert_eq!(running.shutdown().await.code(), 0);
    assert_eq!(seen.all(), ["hey!2"]);
}

/// The body is the loop, and the context shows the stop.
#[worker]
async fn watch(ctx: &Context, seen: &Seen) {
    while ctx.is_running() {
        seen.note("look");
        if !ctx.sleep(Duration::from_secs(1)).await {
            seen.note("woken");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_without_heartbeat_sees_the_stop_through_its_context() {
    let seen = Arc::new(Seen::default());
    let running = Watch {
        seen: Arc::clone(&seen),
    }
    .startup()
    .await
    .unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let exit = running.shutdown().await;
    assert_eq!(seen.all(), ["look", "look", "woken"]);
    assert_eq!(exit.ran_for(), Duration::from_millis(1500));
}

/// The message parameter may be a pattern.
#[consumer]
async fn add((left, right): (u64, u64), seen: &Seen) {
    seen.note(left + right);
}

#[tokio::test(start_paused = true)]
async fn a_message_may_be_a_pattern() {
    let seen = Arc::new(Seen::default());
    let running = Add {
        seen: Arc::clone(&seen),
    }
    .startup()
    .await
    .unwrap();
    running.send((1, 2)).await.unwrap();
    assert_eq!(running.shutdown().await.code(), 0);
    assert_eq!(seen.all(), ["3"]);
}

/// Generics, bounds and constants carry over to the struct.
#[consumer]
async fn scale<T, const BY: usize>(message: T, seen: &Seen) -> Vec<T>
where
    T: Clone + std::fmt::Debug,
{
    seen.note(format!("{message:?} by {BY}"));
    vec![message; BY]
}

workers! {
    struct Scaled<T: Clone + std::fmt::Debug + ToString>(seen: Seen, notes: Seen) {
        pub scale: Scale<T, 3> { seen, marker: Default::default() },
        note: Note<T> { seen: notes, marker: Default::default() },
    }

    scale => note;
}

#[tokio::test(start_paused = true)]
async fn the_generics_of_a_function_become_those_of_its_struct() {
    let (seen, notes) = (Arc::new(Seen::default()), Arc::new(Seen::default()));
    let group = Scaled::<i32>::new(Arc::clone(&seen), Arc::clone(&notes));
    let running = group.startup().await.unwrap();
    running.scale().send(7).await.unwrap();
    assert_eq!(running.shutdown().await.code(), 0);
    assert_eq!(seen.all(), ["7 by 3"]);
    assert_eq!(notes.all(), ["7", "7", "7"]);
}
