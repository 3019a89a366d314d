//! Each kind of worker can stall, and no worker that gives signs of life does.

use std::sync::Arc;

use fluid::{
    Context, Error, Exit, Options, Output, State, Status, Worker,
    by_hand::{Io, Nothing},
    consumer,
    edge::PortOutput,
    error::Stalled,
    worker,
};
use tokio::time::{Duration, Instant, sleep};

use super::{Job, NOW, STALL, add, handled, reports, restarted, restarts, seen};
use crate::support::{Log, assert_conserved, body, counts, group, ms, put_with, secs};

/// The silence of a worker, and whether it counts as a stall.
fn signs(status: &Status) -> (Option<Duration>, bool) {
    (status.last_sign, status.stalled)
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_stalls_is_reported_once_and_goes_on() {
    let mut workers = group();
    let slow = add(&mut workers, "slow", reports(), &Log::default());
    let next = add(&mut workers, "next", Options::new(), &Log::default());
    workers.connect(&slow, &next);
    let running = workers.startup().await.unwrap();
    sleep(secs(100)).await;
    slow.send(Job::Take(secs(25))).await.unwrap();
    sleep(STALL - ms(1)).await;
    let status = slow.status();
    assert_eq!(signs(&status), (Some(STALL - ms(1)), false));
    assert_eq!((status.stalls, status.blocked), (0, false));
    sleep(ms(2)).await;
    let status = slow.status();
    assert_eq!(signs(&status), (Some(STALL + ms(1)), true));
    assert_eq!((status.stalls, status.blocked), (1, false));
    let shown = status.to_string();
    assert!(
        shown.ends_with("1 stall  last sign 10.0s ago  STALLED"),
        "{shown}"
    );
    sleep(secs(14)).await;
    assert_eq!((slow.status().stalls, slow.status().stalled), (1, true));
    handled(&slow, 1).await;
    sleep(secs(50)).await;
    let status = slow.status();
    assert!(
        !status.stalled && status.last_sign >= Some(secs(50)),
        "{status}"
    );
    assert_eq!(next.status().last_sign, None, "it has no stall");
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "slow"), [1, 1, 0, 0, 0]);
    let slow = exit.worker("slow").unwrap();
    assert_eq!((slow.stalls(), slow.restarts()), (1, 0));
    assert!(
        exit.is_success() && exit.to_string().contains("1 stall"),
        "{exit}"
    );
    assert!(slow.last_error().is_none());
}

#[tokio::test(start_paused = true)]
async fn every_stall_is_counted() {
    let mut workers = group();
    let slow = add(&mut workers, "slow", reports(), &Log::default());
    let running = workers.startup().await.unwrap();
    for stalls in 1..=3 {
        slow.send(Job::Take(secs(35))).await.unwrap();
        slow.send(NOW).await.unwrap();
        handled(&slow, 2 * stalls).await;
        assert_eq!(slow.status().stalls, stalls);
    }
    slow.send(Job::Beat(secs(100))).await.unwrap();
    handled(&slow, 7).await;
    assert_eq!(running.shutdown().await.worker("slow").unwrap().stalls(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_stalls_is_cut_off_and_restarted_and_its_message_has_failed() {
    let mut workers = group();
    let log = Log::default();
    let slow = add(&mut workers, "slow", restarts(), &log);
    let running = workers.startup().await.unwrap();
    let began = Instant::now();
    for job in [NOW, Job::Hang, NOW] {
        slow.send(job).await.unwrap();
    }
    let status = restarted(&slow, 1).await;
    let took = began.elapsed();
    assert!(STALL < took && took <= STALL + ms(101), "{took:?}");
    assert_eq!((status.stalls, status.stalled), (1, false));
    let error = status.last_error.unwrap();
    assert_eq!(error, "`slow` stalled: it gave no sign of life for 10s");
    handled(&slow, 3).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "slow"), [3, 2, 1, 0, 0]);
    let error = exit.worker("slow").unwrap().last_error().unwrap();
    let stalled = error.downcast_ref::<Stalled>().unwrap();
    assert_eq!((stalled.worker(), stalled.after()), ("slow", STALL));
    let now = "Take(0ns) in run";
    assert_eq!(
        log.lines(),
        [
            format!("{now} 0"),
            "Hang in run 0".to_owned(),
            format!("{now} 1")
        ]
    );
}

/// Takes longer from beat to beat.
#[worker(heartbeat = "1m", stall = "10s", on_stall = "restart")]
async fn poll(calls: &Log, times: &mut Vec<Duration>) -> Result<(), Error> {
    calls.note(format!("{:?}", times[0]));
    sleep(times.remove(0)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_worker_stalls_in_a_call_and_not_between_its_beats() {
    let calls = Log::default();
    let mut workers = group();
    let shared = Arc::new(calls.clone());
    let poll = workers.add_with("poll", Poll::OPTIONS, move || Poll {
        calls: Arc::clone(&shared),
        times: vec![secs(9), secs(9), secs(11)],
    });
    let running = workers.startup().await.unwrap();
    seen(&poll, |status| status.beats == 2).await;
    assert_eq!(poll.status().stalls, 0);
    sleep(secs(50)).await;
    let status = poll.status();
    assert!(
        status.last_sign >= Some(secs(50)) && !status.stalled,
        "{status}"
    );
    restarted(&poll, 1).await;
    assert_eq!(calls.lines(), ["9s", "9s", "11s", "9s"]);
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(exit.worker("poll").unwrap().stalls(), 1);
}

/// Beats, sleeps and sends as it is configured, and then hangs.
#[worker(stall = "10s", on_stall = "restart")]
async fn listen(ctx: &Context, steps: &[Step], out: &Output<u64>, log: &Log) {
    log.note(format!("run {}", ctx.restarts()));
    for step in steps {
        match step {
            Step::Work(time) => sleep(*time).await,
            Step::ReportProgress => ctx.report_progress(),
            Step::Sleep(time) => drop(ctx.sleep(*time).await),
            Step::Send => out.send(1).await.unwrap(),
            Step::TrySend => drop(out.try_send(1)),
            Step::StopOr(time) => tokio::select! {
                () = ctx.stopping() => {}
                () = sleep(*time) => {}
            },
        }
    }
    std::future::pending::<()>().await;
}

#[derive(Clone, Copy)]
enum Step {
    Work(Duration),
    ReportProgress,
    Sleep(Duration),
    Send,
    TrySend,
    StopOr(Duration),
}

/// The time from the start of such a worker to its stall.
async fn time_to_stall(steps: &[Step]) -> Duration {
    let mut workers = group();
    let (log, steps) = (Arc::new(Log::default()), Arc::<[Step]>::from(steps));
    let listen = workers.add_with("listen", Listen::OPTIONS, move || Listen {
        steps: Arc::clone(&steps),
        log: Arc::clone(&log),
    });
    let slow = add(
        &mut workers,
        "slow",
        Options::new().capacity(1),
        &Log::default(),
    );
    workers.connect(
        listen.port(Listen::out()).map(|_| Job::Take(secs(60))),
        &slow,
    );
    let running = workers.startup().await.unwrap();
    let began = Instant::now();
    listen.wait_for(State::Restarting).await;
    let stalled_after = began.elapsed();
    assert_eq!(listen.status().stalls, 1);
    let exit = running.shutdown().await;
    assert_conserved(&exit);
    stalled_after
}

#[tokio::test(start_paused = true)]
async fn sleeping_sending_and_report_progress_are_signs_of_life_of_a_worker_without_heartbeat() {
    use Step::*;
    let nine = Work(secs(9));
    assert_eq!(time_to_stall(&[]).await, STALL);
    assert_eq!(time_to_stall(&[nine, nine]).await, STALL);
    for sign in [ReportProgress, TrySend, Send] {
        assert_eq!(time_to_stall(&[nine, sign, nine]).await, secs(9) + STALL);
    }
    // Sleeping is no silence.
    assert_eq!(
        time_to_stall(&[nine, Sleep(secs(100))]).await,
        secs(109) + STALL
    );
    // Waiting for room is no silence: one message is handled, one is queued, and the third waits for a minute.
    assert_eq!(time_to_stall(&[Send, Send, Send]).await, secs(60) + STALL);
    // Waiting for the stop is a sign of life only when it begins.
    assert_eq!(
        time_to_stall(&[nine, StopOr(secs(9)), nine]).await,
        secs(9) + STALL
    );
    assert_eq!(
        time_to_stall(&[nine, StopOr(secs(11))]).await,
        secs(9) + STALL
    );
}

/// A worker written by hand, with its own loop.
struct ByHand(Log);

impl Worker for ByHand {
    type Message = Job;
    type Output = Nothing;
    type Ports = ();

    const OPTIONS: Options = restarts();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(job) = io.queue.next().await {
            self.0.note(format!("{job:?} in run {}", ctx.restarts()));
            match job {
                Job::Take(time) => sleep(time).await,
                _ => std::future::pending().await,
            }
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn reading_the_queue_is_a_sign_of_life_of_a_worker_written_by_hand() {
    let log = Log::default();
    let mut workers = group();
    let made = log.clone();
    let hand = workers.add_with("hand", ByHand::OPTIONS, move || ByHand(made.clone()));
    let running = workers.startup().await.unwrap();
    sleep(secs(100)).await;
    for _ in 0..5 {
        hand.send(Job::Take(secs(9))).await.unwrap();
    }
    handled(&hand, 5).await;
    assert!(
        hand.status().last_sign <= Some(ms(100)),
        "{}",
        hand.status()
    );
    sleep(secs(100)).await;
    assert_eq!(hand.status().stalls, 0);
    hand.send(Job::Hang).await.unwrap();
    hand.send(NOW).await.unwrap();
    restarted(&hand, 1).await;
    handled(&hand, 7).await;
    assert_eq!(log.lines().last().unwrap(), "Take(0ns) in run 1");
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "hand"), [7, 6, 1, 0, 0]);
    assert_eq!(exit.worker("hand").unwrap().stalls(), 1);
}

#[consumer(batch = 3, stall = "10s", on_stall = "restart")]
async fn store(jobs: Vec<Job>) {
    if jobs.contains(&Job::Hang) {
        std::future::pending::<()>().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_stalled_batch_fails_as_a_whole_and_the_unfinished_one_is_kept() {
    let mut workers = group();
    let store = workers.add_with("store", Store::OPTIONS, || Store);
    let running = workers.startup().await.unwrap();
    for job in [NOW, NOW, NOW, Job::Hang, NOW, NOW, NOW, NOW] {
        store.send(job).await.unwrap();
    }
    restarted(&store, 1).await;
    // A batch that waits for more messages is no stall.
    sleep(secs(100)).await;
    assert_eq!(store.status().queue_size, Some(2));
    store.send(NOW).await.unwrap();
    handled(&store, 9).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "store"), [9, 6, 3, 0, 0]);
    assert_eq!(exit.worker("store").unwrap().stalls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stall_in_a_fused_chain_names_the_worker_whose_call_stalls() {
    let mut workers = group();
    let log = Log::default();
    let names = ["head", "middle", "tail"];
    let parts = names.map(|name| add(&mut workers, name, restarts(), &log));
    let [head, middle, tail] = &parts;
    // A job that takes long at `head` and `middle` hangs at `tail`.
    let long = Job::Take(secs(9));
    let never = long.clone();
    let to_tail = move |job| if job == never { Job::Hang } else { job };
    let chain = workers.fuse(middle.map(to_tail), tail, PortOutput);
    let chain = workers.fuse(head, middle, chain);
    workers.lead(head, chain);
    let running = workers.startup().await.unwrap();
    let began = Instant::now();
    for job in [long, NOW] {
        head.send(job).await.unwrap();
    }
    seen(tail, |status| status.stalled).await;
    assert_eq!(began.elapsed(), secs(9) + secs(9) + STALL);
    restarted(tail, 1).await;
    handled(tail, 2).await;
    let exit = running.shutdown().await;
    let [head, middle, tail] = names.map(|name| exit.worker(name).unwrap());
    assert_eq!([head, middle, tail].map(Exit::stalls), [0, 0, 1]);
    assert_eq!([head, middle, tail].map(Exit::restarts), [0, 0, 1]);
    let error = tail.last_error().unwrap().to_string();
    assert_eq!(error, "`tail` stalled: it gave no sign of life for 10s");
    assert!(head.last_error().is_none() && middle.last_error().is_none());
    for (name, failed) in [("head", 0), ("middle", 0), ("tail", 1)] {
        assert_eq!(counts(&exit, name), [2, 2 - failed, failed, 0, 0], "{exit}");
    }
    assert_eq!(log.lines().last().unwrap(), "Take(0ns) in run 1");
}

#[tokio::test(start_paused = true)]
async fn a_timeout_shorter_than_the_stall_comes_first_and_a_longer_one_never() {
    for (timeout, stalls, error) in [
        (secs(9), 0, "the call took longer than its timeout of 9s"),
        (
            secs(11),
            1,
            "`slow` stalled: it gave no sign of life for 10s",
        ),
    ] {
        let mut workers = group();
        let options = restarts()
            .timeout(timeout)
            .on_error(fluid::OnError::Restart);
        let slow = add(&mut workers, "slow", options, &Log::default());
        let running = workers.startup().await.unwrap();
        slow.send(Job::Hang).await.unwrap();
        let status = restarted(&slow, 1).await;
        assert_eq!(status.last_error.as_deref(), Some(error));
        assert_eq!(status.stalls, stalls);
        let exit = running.shutdown().await;
        assert_eq!(counts(&exit, "slow"), [1, 0, 1, 0, 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_written_by_hand_whose_stall_is_only_reported_goes_on() {
    let log = Log::default();
    let noted = log.clone();
    let mut workers = group();
    let slow = body::<Nothing, Nothing>(move |ctx, _| {
        let noted = noted.clone();
        Box::pin(async move {
            sleep(secs(25)).await;
            noted.note(format!("running: {}", ctx.is_running()));
            ctx.stopping().await;
            Ok(())
        })
    });
    let slow = put_with(&mut workers, "slow", reports(), slow);
    let running = workers.startup().await.unwrap();
    sleep(secs(30)).await;
    assert_eq!((slow.status().stalls, slow.state()), (1, State::Running));
    assert_eq!(log.lines(), ["running: true"]);
    assert!(running.shutdown().await.is_success());
}
