//! Messages of 64 KiB by value, unoptimised, on threads with the stack that tokio gives them.
//!
//! A stack that overflows ends the process, and then no test of this program reports anything.

use std::future::{Future, pending};
use std::sync::Arc;

use fluid::{Error, Failed, Output, Reply, WorkerExt, consumer, worker, workers};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;

const SIZE: usize = 64 * 1024;
/// The stack of a thread of tokio.
const STACK: usize = 2 * 1024 * 1024;
/// More than fit into a queue, so that some wait for room.
const MESSAGES: u32 = 40;

#[derive(Clone)]
struct Large([u8; SIZE]);

/// Has a permit for each message that was handled.
type Seen = Semaphore;

fn large() -> Large {
    Large([1; SIZE])
}

fn see(seen: &Seen, message: &Large) {
    seen.add_permits(usize::from(message.0[SIZE - 1]));
}

#[worker(on_exit = "ignore")]
async fn emit(out: &Output<Large>) -> Result<(), Error> {
    for _ in 0..MESSAGES {
        out.send(large()).await?;
    }
    Ok(())
}

#[worker(on_exit = "ignore")]
async fn emit_one() -> Large {
    large()
}

#[consumer(capacity = 16)]
async fn take(message: Large, seen: &Seen) {
    tokio::task::yield_now().await;
    see(seen, &message);
}

#[consumer(capacity = 16)]
async fn pass(message: Large) -> Large {
    message
}

#[consumer(capacity = 16)]
async fn pass_twice(message: Large) -> Vec<Large> {
    vec![message.clone(), message]
}

#[consumer(capacity = 16, retry = 1, backoff = "0s..0s")]
async fn fail(_message: Large) -> Result<(), std::io::Error> {
    Err(std::io::Error::other("no"))
}

#[consumer(capacity = 16)]
async fn take_failed(failed: Failed<Large>, seen: &Seen) {
    see(seen, &failed.message);
}

#[consumer(capacity = 16, timeout = "10s", stall = "10s")]
async fn take_in_time(message: Large, seen: &Seen) {
    see(seen, &message);
}

#[consumer(capacity = 16, concurrency = 4)]
async fn take_in_lanes(message: Large, seen: &Seen) {
    see(seen, &message);
}

#[consumer(capacity = 16, concurrency = 4, partition_by = |message| message.0[0])]
async fn take_by_key(message: Large, seen: &Seen) {
    see(seen, &message);
}

#[consumer(capacity = 16, batch = 4)]
async fn take_batch(messages: Vec<Large>, seen: &Seen) {
    messages.iter().for_each(|message| see(seen, message));
}

#[consumer(capacity = 16, grace = "10ms")]
async fn hold(message: Large, seen: &Seen) {
    see(seen, &message);
    pending::<()>().await;
}

struct Question {
    message: Large,
    reply: Reply<Large>,
}

#[consumer]
async fn answer(question: Question) {
    question.reply.send(question.message);
}

workers! {
    struct Queued(seen: Seen) {
        emit: Emit,
        pass: Pass,
        twice: PassTwice,
        take: Take { seen },
    }

    emit.out => pass => twice => take;
}

workers! {
    struct Retried(seen: Seen) {
        emit: Emit,
        fail: Fail,
        failed: TakeFailed { seen },
    }

    emit.out => fail;
    fail.failed => failed;
}

workers! {
    struct InTime(seen: Seen) {
        emit: Emit,
        take: TakeInTime { seen },
    }

    emit.out => take;
}

workers! {
    struct Lanes(seen: Seen) {
        one: Emit,
        other: Emit,
        lanes: TakeInLanes { seen },
        by_key: TakeByKey { seen },
    }

    one.out => lanes;
    other.out => by_key;
}

workers! {
    struct Batches(seen: Seen) {
        emit: Emit,
        take: TakeBatch { seen },
    }

    emit.out => take;
}

workers! {
    struct Chain(seen: Seen) {
        emit: Emit,
        first: Pass,
        second: Pass,
        third: Take { seen },
    }

    emit.out => first;
    first -> second -> third;
}

workers! {
    struct Broadcast(seen: Seen) {
        one: EmitOne,
        many: Emit,
        first: Take { seen },
        second: Take { seen },
        third: Take { seen },
        fourth: Take { seen },
    }

    one => (first, second);
    many.out => (third, fourth);
}

workers! {
    struct Adapted(seen: Seen) {
        one: EmitOne,
        many: Emit,
        other: Emit,
        pass: Pass,
        first: Take { seen },
        second: Take { seen },
        third: Take { seen },
    }

    one => first with |message: Large| vec![message.clone(), message];
    many.out => second with Some;
    other.out => pass;
    pass -> third with |message: Large| vec![message.clone(), message];
}

/// Runs a test in a task, on threads with the stack of tokio.
fn on_small_stacks(test: impl Future<Output = ()> + Send + 'static) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async { tokio::spawn(test).await.expect("the test passed") });
}

/// Waits until so many messages were handled.
async fn handled(seen: &Seen, messages: u32) {
    let permits = seen.acquire_many(messages).await;
    permits.expect("it is never closed").forget();
}

/// Runs a group until it has handled so many messages.
macro_rules! handles {
    ($group:ident, $messages:expr) => {
        on_small_stacks(async {
            let seen = Arc::new(Seen::new(0));
            let group = $group::new(Arc::clone(&seen));
            let running = group.startup().await.expect("started");
            handled(&seen, $messages).await;
            let exit = running.shutdown().await;
            assert!(exit.is_success(), "{exit}");
        })
    };
}

#[test]
fn queues_carry_large_messages_on_a_small_stack() {
    handles!(Queued, 2 * MESSAGES);
}

#[test]
fn a_retry_and_the_port_failed_carry_large_messages_on_a_small_stack() {
    handles!(Retried, MESSAGES);
}

#[test]
fn calls_with_a_timeout_and_a_stall_take_large_messages_on_a_small_stack() {
    handles!(InTime, MESSAGES);
}

#[test]
fn lanes_take_large_messages_on_a_small_stack() {
    handles!(Lanes, 2 * MESSAGES);
}

#[test]
fn batches_hold_large_messages_on_a_small_stack() {
    handles!(Batches, MESSAGES);
}

#[test]
fn a_fused_chain_of_three_carries_large_messages_on_a_small_stack() {
    handles!(Chain, MESSAGES);
}

#[test]
fn a_broadcast_carries_large_messages_on_a_small_stack() {
    handles!(Broadcast, 2 + 2 * MESSAGES);
}

#[test]
fn adapters_carry_large_messages_on_a_small_stack() {
    handles!(Adapted, 2 + 3 * MESSAGES);
}

#[test]
fn a_worker_alone_takes_large_messages_on_a_small_stack() {
    on_small_stacks(async {
        let seen = Arc::new(Seen::new(0));
        let take = Take {
            seen: Arc::clone(&seen),
        };
        let running = take.startup().await.expect("started");
        for _ in 0..MESSAGES {
            running.send(large()).await.expect("accepted");
        }
        handled(&seen, MESSAGES).await;
        assert!(running.shutdown().await.is_success());
    });
}

#[test]
fn a_question_and_its_answer_carry_large_messages_on_a_small_stack() {
    on_small_stacks(async {
        let running = Answer.startup().await.expect("started");
        let question = |reply| Question {
            message: large(),
            reply,
        };
        let answer = running.ask(question).await.expect("answered");
        assert_eq!(answer.0[SIZE - 1], 1);
        assert!(running.shutdown().await.is_success());
    });
}

#[test]
fn a_forced_stop_drops_large_messages_undelivered_on_a_small_stack() {
    on_small_stacks(async {
        let seen = Arc::new(Seen::new(0));
        let hold = Hold {
            seen: Arc::clone(&seen),
        };
        let running = hold.startup().await.expect("started");
        for _ in 0..4 {
            running.send(large()).await.expect("accepted");
        }
        handled(&seen, 1).await;
        let exit = running.shutdown().await;
        assert_eq!(exit.counts().expect("of a consumer").undelivered, 4);
    });
}
