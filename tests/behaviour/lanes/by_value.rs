//! Consumers with several lanes that are added by value: each lane gets a worker like the one that was added.

use std::sync::Mutex;

use fluid::{WorkerExt, consumer};

use super::*;

/// A message is handled when another lane has one in hand, too.
#[derive(Default)]
struct Meeting {
    here: AtomicU64,
    names: Mutex<Vec<String>>,
}

#[consumer(concurrency = 2, capacity = 10)]
async fn meet(number: u64, meeting: &Meeting, name: String) {
    let before = meeting.here.fetch_add(1, Ordering::SeqCst);
    while meeting.here.load(Ordering::SeqCst) < before / 2 * 2 + 2 {
        sleep(ms(1)).await;
    }
    meeting
        .names
        .lock()
        .unwrap()
        .push(format!("{name} {number}"));
}

fn meet_at(meeting: &Arc<Meeting>) -> Meet {
    Meet {
        meeting: Arc::clone(meeting),
        name: "lane".to_owned(),
    }
}

fn assert_met(meeting: &Meeting, numbers: u64) {
    let mut names = meeting.names.lock().unwrap().clone();
    names.sort();
    let expected: Vec<_> = (0..numbers)
        .map(|number| format!("lane {number}"))
        .collect();
    assert_eq!(names, expected);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_with_lanes_runs_alone() {
    let meeting = Arc::default();
    let meet = meet_at(&meeting).startup().await.unwrap();
    for number in 0..4 {
        meet.send(number).await.unwrap();
    }
    let exit = timeout(secs(5), meet.shutdown()).await.unwrap();
    assert_eq!(exit.counts().unwrap().done, 4, "{exit}");
    assert_met(&meeting, 4);
    let numbers = |meet: fluid::ConsumerHandle<u64>| async move {
        for number in 0..2 {
            meet.send(number).await.unwrap();
        }
    };
    let meeting = Arc::default();
    let ((), exit) = meet_at(&meeting).scope(numbers).await.unwrap();
    assert!(exit.is_success(), "{exit}");
    assert_met(&meeting, 2);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_with_lanes_is_added_by_value_before_and_after_the_start() {
    let (early, late) = (Arc::default(), Arc::default());
    let mut workers = group();
    let at_first = workers.add(meet_at(&early)).handle();
    let running = workers.startup().await.unwrap();
    let added = running.add(meet_at(&late)).unwrap();
    for number in 0..4 {
        at_first.send(number).await.unwrap();
        added.send(number).await.unwrap();
    }
    let exit = timeout(secs(5), running.shutdown()).await.unwrap();
    assert_eq!(exit.code(), 0, "{exit}");
    assert_met(&early, 4);
    assert_met(&late, 4);
}

#[consumer(concurrency = 3, on_error = "restart", on_lost = "ignore")]
async fn fail_at<T: Send + Sync + 'static>(number: u64, at: u64) -> Result<(), String> {
    let _ = std::any::type_name::<T>();
    if number == at {
        return Err("it was told to".to_owned());
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn lanes_of_a_consumer_that_was_added_by_value_are_restarted() {
    let fail_at = FailAt::<u8> {
        at: 1,
        marker: std::marker::PhantomData,
    };
    let mut workers = group();
    let fails = workers.add(fail_at).handle();
    let running = workers.startup().await.unwrap();
    for number in 0..9 {
        fails.send(number).await.unwrap();
    }
    while fails.queue_size() > 0 {
        sleep(ms(10)).await;
    }
    let exit = timeout(secs(5), running.shutdown()).await.unwrap();
    assert_eq!(counts(&exit, "fail_at"), [9, 8, 1, 0, 0], "{exit}");
    let restarts = exit.worker("fail_at").unwrap().restarts();
    assert_eq!((restarts, exit.code()), (1, 0), "{exit}");
}

/// A worker written by hand.
#[derive(Clone)]
struct ByHand(Arc<AtomicU64>);

impl Worker for ByHand {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();
    const OPTIONS: Options = Options::new().concurrency(4);
    const BUILD_LANE: Option<fn(&Self) -> Self> = Some(Clone::clone);

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while io.queue.next().await.is_some() {}
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_by_hand_says_how_the_worker_of_a_lane_is_built() {
    let lanes = Arc::new(AtomicU64::new(0));
    let running = ByHand(Arc::clone(&lanes)).startup().await.unwrap();
    assert_eq!(lanes.load(Ordering::SeqCst), 4);
    assert!(running.shutdown().await.is_success());
}
