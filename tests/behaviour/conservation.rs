//! Random small groups with random faults: every message is accounted for, sinks end last, and nothing is left
//! running.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fluid::{
    ConsumerHandle, Context, Error, Exit, OnError, OnExit, Options, Overflow, Slot, Worker,
    WorkerHandle,
    by_hand::{Io, Stage},
};
use proptest::prelude::*;
use tokio::time::timeout;

use crate::support::{Log, assert_conserved, group, ms, secs};

#[derive(Clone, Copy, Debug)]
enum Fault {
    Error,
    Panic,
    Hang,
}

/// One consumer.
#[derive(Clone, Debug)]
struct Plan {
    capacity: usize,
    overflow: Overflow,
    on_error: OnError,
    on_exit: OnExit,
    pause: u64,
    copies: usize,
    /// The number of the call at which it happens.
    fault: Option<(u64, Fault)>,
    /// The later consumers that this consumer feeds.
    feeds: Vec<bool>,
    /// The number of messages sent from outside.
    public: u64,
    own_grace: Option<u64>,
}

#[derive(Clone, Debug)]
struct Case {
    plans: Vec<Plan>,
    stop_after: u64,
    grace: u64,
}

fn plans() -> impl Strategy<Value = Plan> {
    let fault = prop_oneof![Just(Fault::Error), Just(Fault::Panic), Just(Fault::Hang)];
    let on_error = prop_oneof![
        Just(OnError::Stop),
        Just(OnError::Skip),
        Just(OnError::Restart)
    ];
    let overflow = prop_oneof![
        3 => Just(Overflow::Wait),
        1 => Just(Overflow::DropNewest),
        1 => Just(Overflow::DropOldest)
    ];
    let on_exit = prop_oneof![Just(OnExit::Stop), Just(OnExit::Ignore)];
    let queue = (prop_oneof![1_usize..4, 4_usize..200], overflow);
    let answers = (
        on_error,
        on_exit,
        prop::option::weighted(0.3, (0_u64..20, fault)),
    );
    let work = (
        0_u64..30,
        0_usize..4,
        prop::option::weighted(0.2, 1_u64..500),
    );
    (
        queue,
        answers,
        work,
        prop::collection::vec(any::<bool>(), 4),
        0_u64..40,
    )
        .prop_map(
            |(
                (capacity, overflow),
                (on_error, on_exit, fault),
                (pause, copies, own_grace),
                feeds,
                public,
            )| {
                Plan {
                    capacity,
                    overflow,
                    on_error,
                    on_exit,
                    pause,
                    copies,
                    fault,
                    feeds,
                    public,
                    own_grace,
                }
            },
        )
}

fn cases() -> impl Strategy<Value = Case> {
    (
        prop::collection::vec(plans(), 1..5),
        0_u64..1500,
        0_u64..2000,
    )
        .prop_map(|(plans, stop_after, grace)| Case {
            plans,
            stop_after,
            grace,
        })
}

/// Notes when it is dropped together with its holder.
struct Alive(usize, Log, Arc<AtomicU64>);

impl Alive {
    fn new(place: usize, log: &Log, alive: &Arc<AtomicU64>) -> Self {
        alive.fetch_add(1, Ordering::SeqCst);
        Self(place, log.clone(), Arc::clone(alive))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.1.note(self.0.to_string());
        self.2.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A consumer that behaves as its plan says.
struct Planned {
    plan: Plan,
    calls: Arc<AtomicU64>,
    _alive: Alive,
}

impl Worker for Planned {
    type Message = u64;
    type Output = u64;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        fluid::__private::run(self, ctx, io).await
    }
}

impl Stage for Planned {
    type Input = u64;
    type Emission = Vec<u64>;
    type Calls = fluid::by_hand::EachMessage;

    async fn call(&mut self, message: u64, _: &Context, (): &()) -> Result<Vec<u64>, Error> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(ms(self.plan.pause)).await;
        match self.plan.fault {
            Some((at, Fault::Error)) if at == call => Err("a fault")?,
            Some((at, Fault::Panic)) if at == call => std::panic::panic_any("a fault"),
            Some((at, Fault::Hang)) if at == call => std::future::pending().await,
            _ => {}
        }
        Ok(vec![message; self.plan.copies])
    }
}

fn options(plan: &Plan) -> Options {
    let options = Options::new()
        .capacity(plan.capacity)
        .overflow(plan.overflow)
        .on_error(plan.on_error)
        .on_exit(plan.on_exit);
    match plan.own_grace {
        Some(grace) => options.grace(ms(grace)),
        None => options,
    }
}

/// Sends all messages from outside, whether they are accepted or refused.
fn send_all(to: ConsumerHandle<u64>, messages: u64) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        for message in 0..messages {
            // The consumer counts a refused message.
            let _ = to.send(message).await;
            tokio::time::sleep(ms(message % 7)).await;
        }
    })
}

fn edges(case: &Case) -> Vec<(usize, usize)> {
    let last = case.plans.len();
    let feeds = |from: usize| {
        let plan = &case.plans[from];
        (from + 1..last).filter(move |to| plan.feeds[to - from - 1])
    };
    (0..last)
        .flat_map(|from| feeds(from).map(move |to| (from, to)))
        .collect()
}

async fn run_case(case: Case) {
    let (log, alive) = (Log::default(), Arc::new(AtomicU64::new(0)));
    let mut workers = group().grace(ms(case.grace));
    let slots: Vec<Slot<Planned>> = case
        .plans
        .iter()
        .enumerate()
        .map(|(place, plan)| {
            let (plan, log, alive, calls) = (
                plan.clone(),
                log.clone(),
                Arc::clone(&alive),
                Arc::default(),
            );
            workers.add_with(&place.to_string(), options(&plan), move || Planned {
                plan: plan.clone(),
                calls: Arc::clone(&calls),
                _alive: Alive::new(place, &log, &alive),
            })
        })
        .collect();
    for (from, to) in edges(&case) {
        workers.broadcast(&slots[from]);
        workers.connect(&slots[from], &slots[to]);
    }
    let handles: Vec<_> = slots.iter().map(Slot::handle).collect();
    let running = workers.startup().await.unwrap();
    let senders: Vec<_> = handles
        .iter()
        .zip(&case.plans)
        .map(|(handle, plan)| send_all(handle.clone(), plan.public))
        .collect();
    let _ = timeout(ms(case.stop_after), running.wait_for_shutdown()).await;
    let limit = ms(case.grace) + secs(1);
    let exit = timeout(limit, running.shutdown())
        .await
        .expect("it ends in time");
    assert_eq!(alive.load(Ordering::SeqCst), 0, "something is left");
    for sender in senders {
        timeout(secs(60), sender)
            .await
            .expect("no sender waits for a queue that ended")
            .unwrap();
    }
    assert_conserved(&exit);
    let workers: Vec<_> = handles
        .iter()
        .map(|handle| handle.worker().clone())
        .collect();
    assert_all_arrived(&case, &workers);
    assert_sinks_last(&case, &exit, &log.lines());
}

/// Each consumer accepted or refused every message that its feeders and the outside sent it. If force cut a feeder off,
/// it accepted or refused at most as many. Every accepted message was emitted.
fn assert_all_arrived(case: &Case, workers: &[WorkerHandle]) {
    for (to, worker) in workers.iter().enumerate() {
        let counts = worker.status().counts.unwrap();
        assert!(counts.conserved(), "{counts:?}");
        let (mut emitted, mut unsent, mut forced) = (case.plans[to].public, 0, false);
        for (from, _) in edges(case).into_iter().filter(|edge| edge.1 == to) {
            let status = workers[from].status();
            emitted += status.emitted;
            unsent += status.unsent;
            forced |= workers[from].exit().unwrap().is_forced();
        }
        let arrived = counts.accepted + counts.refused;
        let sent = emitted + unsent;
        assert!(
            counts.accepted <= emitted,
            "{to}: {emitted} emitted, {counts:?}"
        );
        assert!(arrived <= sent, "{to}: {sent} sent, {counts:?}");
        assert!(forced || arrived == sent, "{to}: {sent} sent, {counts:?}");
    }
}

/// Without force and failures, a consumer ends after all workers that feed it.
fn assert_sinks_last(case: &Case, exit: &Exit, ends: &[String]) {
    let orderly = exit
        .workers()
        .iter()
        .all(|worker| !worker.is_forced() && !worker.cause().is_failure());
    if !orderly {
        return;
    }
    let end = |place: usize| {
        ends.iter()
            .rposition(|line| *line == place.to_string())
            .unwrap()
    };
    for (from, to) in edges(case) {
        assert!(end(from) < end(to), "{from} ended after {to}: {ends:?}");
    }
    let counts = exit.workers().iter().map(|worker| worker.counts().unwrap());
    assert!(
        counts.into_iter().all(|counts| counts.undelivered == 0),
        "{exit}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_of_a_random_group_is_accounted_for(case in cases()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async { timeout(Duration::from_secs(3600), run_case(case)).await }).unwrap();
    }
}
