//! `idle`: waiting until no work is left.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fluid::test::{Kit, shuffled};
use fluid::{
    Callback, Context, Error, Options, Output, Restart, State, Worker, Workers, by_hand::Io,
    consumer, worker, workers,
};
use tokio::sync::{Mutex, mpsc};
use tokio::time::{Instant, sleep};

use crate::market::{Db, Market, ms, secs};

#[tokio::test(start_paused = true)]
async fn between_two_beats_a_group_is_idle_and_no_time_passes() {
    let market = Market::new(Db::default());
    let kit = Kit::of(&market);
    let began = Instant::now();
    let market = market.startup().await.unwrap();
    for _ in 0..5 {
        kit.idle().await;
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(market.poll().status().beats, 1);
    assert_eq!(market.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn advancing_the_clock_runs_each_beat_at_its_time() {
    let market = Market::new(Db::default());
    let kit = Kit::of(&market);
    let began = Instant::now();
    let market = market.startup().await.unwrap();
    kit.advance(secs(3)).await;
    // The beat that is due at this moment has run.
    assert_eq!(market.poll().status().beats, 4);
    assert_eq!(
        market
            .status()
            .worker("aggregate")
            .unwrap()
            .counts
            .unwrap()
            .done,
        4
    );
    assert_eq!(began.elapsed(), secs(3));
    assert_eq!(market.shutdown().await.code(), 0);
}

/// Takes as many milliseconds for each message as the message says.
#[consumer(capacity = 1)]
async fn pass(time: u64) -> u64 {
    sleep(ms(time)).await;
    time
}

#[consumer(capacity = 1)]
async fn count(_number: u64, seen: &AtomicU64) {
    seen.fetch_add(1, Ordering::Relaxed);
}

workers! {
    struct Ways(seen: AtomicU64) {
        pub first: Pass,
        left: Pass,
        right: Pass,
        count: Count { seen },
    }

    first => (left, right);
    (left, right) => count;
}

#[tokio::test(start_paused = true)]
async fn idle_waits_exactly_as_long_as_the_calls_take() {
    let seen = Arc::new(AtomicU64::new(0));
    let ways = Ways::new(Arc::clone(&seen));
    let kit = Kit::of(&ways);
    let ways = ways.startup().await.unwrap();
    let began = Instant::now();
    kit.send("first", 30_u64).await;
    kit.send("first", 12_u64).await;
    kit.idle().await;
    assert_eq!(seen.load(Ordering::Relaxed), 4);
    // `first` has the second message in hand while `left` and `right` handle the first one.
    assert_eq!(began.elapsed(), ms(30 + 30 + 12));
    assert_eq!(ways.shutdown().await.code(), 0);
}

#[test]
fn idle_means_in_every_order_that_all_work_is_done() {
    shuffled(0..300, || async {
        let seen = Arc::new(AtomicU64::new(0));
        let ways = Ways::new(Arc::clone(&seen));
        let kit = Kit::of(&ways);
        let ways = ways.startup().await.unwrap();
        let mut sent = 0;
        for burst in 0..8 {
            for _ in 0..burst % 4 {
                let time = [0, 0, 3_u64][fastrand::usize(..3)];
                kit.send("first", time).await;
                sent += 1;
            }
            kit.idle().await;
            assert_eq!(seen.load(Ordering::Relaxed), 2 * sent, "burst {burst}");
        }
        ways.shutdown().await.assert_conserved();
    });
}

#[worker(heartbeat = "1m")]
async fn fetch(out: &Output<u64>) -> Vec<u64> {
    sleep(secs(5)).await;
    let _ = out.send(1).await;
    sleep(secs(5)).await;
    vec![2, 3]
}

workers! {
    struct Fetching(seen: AtomicU64) {
        fetch: Fetch,
        count: Count { seen },
    }

    fetch => count;
    fetch.out => count;
}

#[test]
fn idle_waits_for_a_beat_and_for_the_messages_it_emits() {
    shuffled(0..50, || async {
        let seen = Arc::new(AtomicU64::new(0));
        let fetching = Fetching::new(Arc::clone(&seen));
        let kit = Kit::of(&fetching);
        let began = Instant::now();
        let fetching = fetching.startup().await.unwrap();
        kit.idle().await;
        assert_eq!(seen.load(Ordering::Relaxed), 3);
        assert_eq!(began.elapsed(), secs(10));
        assert_eq!(fetching.shutdown().await.code(), 0);
    });
}

#[tokio::test(start_paused = true)]
async fn idle_waits_for_a_worker_added_to_the_running_group() {
    let group = Workers::new("test");
    let kit = Kit::of(&group.handle());
    let group = group.startup().await.unwrap();
    let began = Instant::now();
    group.add(Fetch).unwrap();
    kit.idle().await;
    assert_eq!(began.elapsed(), secs(10));
    assert_eq!(group.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn idle_waits_for_a_callback() {
    let done = Arc::new(AtomicU64::new(0));
    let group = Workers::new("test");
    let kit = Kit::of(&group.handle());
    let count = Arc::clone(&done);
    group
        .handle()
        .register_callback(Callback::every(secs(60)), move || {
            let count = Arc::clone(&count);
            async move {
                sleep(secs(7)).await;
                count.fetch_add(1, Ordering::Relaxed);
            }
        })
        .unwrap();
    let group = group.startup().await.unwrap();
    kit.idle().await;
    assert_eq!(done.load(Ordering::Relaxed), 0);
    kit.advance(secs(60)).await;
    assert_eq!(done.load(Ordering::Relaxed), 0);
    kit.idle().await;
    assert_eq!(done.load(Ordering::Relaxed), 1);
    assert_eq!(group.shutdown().await.code(), 0);
}

#[consumer(on_error = "restart")]
async fn stumble(number: u64, restarts: &AtomicU64, ctx: &Context) -> Result<(), Error> {
    restarts.store(ctx.restarts(), Ordering::Relaxed);
    if number == 0 {
        Err("nothing".into())
    } else {
        Ok(())
    }
}

workers! {
    struct Stumbling(restarts: AtomicU64) {
        pub stumble: Stumble { restarts },
    }
}

#[test]
fn idle_waits_for_a_restart() {
    shuffled(0..50, || async {
        let stumbling = Stumbling::new(AtomicU64::new(0));
        let kit = Kit::of(&stumbling);
        let stumbling = stumbling.startup().await.unwrap();
        let began = Instant::now();
        kit.send("stumble", 0_u64).await;
        kit.idle().await;
        assert_eq!(stumbling.stumble().state(), State::Running);
        assert_eq!(stumbling.stumble().status().restarts, 1);
        assert!(began.elapsed() > Duration::ZERO, "there is a backoff");
        assert_eq!(stumbling.shutdown().await.code(), 2);
    });
}

#[consumer]
async fn fail(number: u64) -> Result<(), Error> {
    sleep(secs(number)).await;
    Err("as it should".into())
}

workers! {
    struct Failing {
        pub fail: Fail,
    }

    on_shutdown => sleep(secs(6)).await;
}

#[test]
fn a_stopping_group_is_idle_when_it_has_ended() {
    shuffled(0..50, || async {
        let failing = Failing::new();
        let kit = Kit::of(&failing);
        let failing = failing.startup().await.unwrap();
        let began = Instant::now();
        kit.send("fail", 5_u64).await;
        kit.idle().await;
        // The call, and the hook.
        assert_eq!(began.elapsed(), secs(5 + 6));
        let exit = failing.exit().expect("it has ended");
        assert_eq!(exit.code(), 2, "{exit}");
    });
}

/// Emits the messages of a channel that fluid does not know.
#[worker]
async fn relay(from: &Mutex<mpsc::Receiver<u64>>, ctx: &Context, out: &Output<u64>) {
    let mut from = from.lock().await;
    loop {
        tokio::select! {
            () = ctx.stopping() => break,
            Some(number) = from.recv() => { let _ = out.send(number).await; }
        }
    }
}

workers! {
    struct Relaying(from: Mutex<mpsc::Receiver<u64>>, seen: AtomicU64) {
        relay: Relay { from },
        count: Count { seen },
    }

    relay.out => count;
}

#[test]
fn idle_lets_ready_tasks_of_the_test_run() {
    shuffled(0..50, || async {
        let (sender, from) = mpsc::channel(1);
        let seen = Arc::new(AtomicU64::new(0));
        let relaying = Relaying::new(Mutex::new(from), Arc::clone(&seen));
        let kit = Kit::of(&relaying);
        let relaying = relaying.startup().await.unwrap();
        // Six tasks, which fluid does not know, pass a number on.
        let mut first = sender;
        for _ in 0..6 {
            let (before, mut from) = mpsc::channel(1);
            let to = std::mem::replace(&mut first, before);
            tokio::spawn(async move {
                while let Some(number) = from.recv().await {
                    to.send(number).await.unwrap();
                }
            });
        }
        first.send(1).await.unwrap();
        kit.idle().await;
        assert_eq!(seen.load(Ordering::Relaxed), 1);
        assert_eq!(relaying.shutdown().await.code(), 0);
    });
}

#[tokio::test(flavor = "multi_thread")]
#[should_panic(expected = "on a runtime of one thread only")]
async fn idle_panics_on_a_multi_threaded_runtime() {
    let market = Market::new(Db::default());
    let kit = Kit::of(&market);
    let _running = market.startup().await.unwrap();
    kit.idle().await;
}

#[tokio::test(start_paused = true)]
async fn idle_waits_exactly_as_long_as_a_start_takes() {
    let mut group = Workers::new("test");
    group.on_startup(|| sleep(secs(5)));
    let kit = Kit::of(&group.handle());
    let starting = tokio::spawn(group.startup());
    let began = Instant::now();
    kit.idle().await;
    assert_eq!(began.elapsed(), secs(5));
    assert_eq!(starting.await.unwrap().unwrap().shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "`hang` is in a call, and will not be done\nalone ")]
async fn a_call_that_never_ends_makes_idle_panic() {
    #[consumer]
    async fn hang(_number: u64) {
        std::future::pending::<()>().await;
    }

    let (kit, group) = Kit::alone(Hang);
    let _running = group.startup().await.unwrap();
    kit.send("hang", 1_u64).await;
    kit.idle().await;
}

#[tokio::test(start_paused = true)]
async fn idle_waits_for_a_blocking_worker_in_real_time() {
    #[consumer(blocking)]
    fn grind(_number: u64, seen: &AtomicU64) {
        // The work takes real time.
        std::thread::sleep(ms(50));
        seen.fetch_add(1, Ordering::Relaxed);
    }

    let seen = Arc::new(AtomicU64::new(0));
    let (kit, group) = Kit::alone(Grind {
        seen: Arc::clone(&seen),
    });
    let group = group.startup().await.unwrap();
    kit.send("grind", 1_u64).await;
    kit.idle().await;
    assert_eq!(seen.load(Ordering::Relaxed), 1);
    // The clock may also run ahead of the thread while it ends.
    let _ = group.shutdown().await;
}

/// Takes five seconds for a restart, for each message, and to stop.
struct ByHand;

impl Worker for ByHand {
    type Message = u64;
    type Output = u64;
    type Ports = ();

    async fn on_startup(&mut self, ctx: &Context) -> Result<(), Error> {
        if ctx.restarts() > 0 {
            sleep(secs(5)).await;
        }
        Ok(())
    }

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(number) = io.queue.next().await {
            sleep(secs(5)).await;
            if number == 0 {
                return Err("nothing".into());
            }
            let _ = io.output.send(number - 1).await;
        }
        Ok(())
    }

    async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
        sleep(secs(5)).await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn idle_waits_for_a_consumer_written_by_hand() {
    let (kit, group) = Kit::alone(ByHand);
    let group = group.startup().await.unwrap();
    let began = Instant::now();
    kit.send("by_hand", 1_u64).await;
    kit.send("by_hand", 2_u64).await;
    kit.idle().await;
    assert_eq!(began.elapsed(), secs(10));
    group.shutdown().await.assert_done("by_hand", 2);
}

#[tokio::test(start_paused = true)]
async fn idle_waits_for_the_hooks_of_a_restart() {
    let restart = Restart::one_for_one().backoff(Duration::ZERO, Duration::ZERO);
    let mut workers = Workers::new("test").restart(restart);
    workers.add_with("by_hand", Options::new(), || ByHand);
    let kit = Kit::of(&workers.handle());
    let group = workers.startup().await.unwrap();
    let began = Instant::now();
    kit.send("by_hand", 0_u64).await;
    kit.idle().await;
    let by_hand = group.status().workers.remove(0);
    assert_eq!((by_hand.restarts, by_hand.state), (1, State::Running));
    // The message, the end before the restart, and the start after it.
    assert_eq!(began.elapsed(), secs(15));
    assert_eq!(group.shutdown().await.code(), 2);
}

#[tokio::test(start_paused = true)]
async fn idle_waits_for_members_restarted_along_with_another() {
    #[consumer]
    async fn frail(_number: u64) -> Result<(), Error> {
        Err("frail".into())
    }

    let restart = Restart::one_for_all().backoff(Duration::ZERO, Duration::ZERO);
    let mut workers = Workers::new("test").restart(restart);
    let by_hand = workers.add_with("by_hand", Options::new(), || ByHand);
    let frail = workers.add_with("frail", Options::new(), || Frail);
    workers.connect(&by_hand, &frail);
    let kit = Kit::of(&workers.handle());
    let group = workers.startup().await.unwrap();
    let began = Instant::now();
    kit.send("frail", 0_u64).await;
    kit.idle().await;
    let by_hand = group.status().workers.remove(0);
    assert_eq!((by_hand.restarts, by_hand.state), (1, State::Running));
    assert_eq!(began.elapsed(), secs(10));
    assert_eq!(group.shutdown().await.code(), 2);
}
