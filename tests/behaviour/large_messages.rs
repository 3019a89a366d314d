//! Messages of 64 KiB by value, unoptimised, on threads with the stack that tokio gives them.
//!
//! A stack that overflows ends the process: then none of these tests reports anything.

use std::future::Future;
use std::sync::Arc;

use fluid::{Error, Failed, Output, Reply, WorkerExt, consumer, worker, workers};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;

const SIZE: usize = 64 * 1024;
/// More than fit into a queue, so that some have to wait for room.
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

/// Runs a test on threads of tokio's own size.
fn on_usual_threads(test: impl Future<Output = ()> + Send + 'static) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
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

macro_rules! sees {
    ($test:ident, $group:ident, $messages:expr) => {
        #[test]
        fn $test() {
            on_usual_threads(async {
                let seen = Arc::new(Seen::new(0));
                let group = $group::new(Arc::clone(&seen));
                let running = group.startup().await.expect("started");
                handled(&seen, $messages).await;
                let exit = running.shutdown().await;
                assert!(exit.is_success(), "{exit}");
            });
        }
    };
}

sees!(queues_carry_large_messages, Queued, 2 * MESSAGES);
sees!(
    a_retry_and_the_failed_port_carry_large_messages,
    Retried,
    MESSAGES
);
sees!(a_timeout_and_a_stall_bear_large_messages, InTime, MESSAGES);
sees!(lanes_carry_large_messages, Lanes, 2 * MESSAGES);
sees!(batches_carry_large_messages, Batches, MESSAGES);
sees!(a_fused_chain_carries_large_messages, Chain, MESSAGES);
sees!(
    a_broadcast_carries_large_messages,
    Broadcast,
    2 + 2 * MESSAGES
);
sees!(adapters_carry_large_messages, Adapted, 2 + 3 * MESSAGES);

#[test]
fn a_worker_alone_carries_large_messages() {
    on_usual_threads(async {
        let seen = Arc::new(Seen::new(0));
        let running = Take {
            seen: Arc::clone(&seen),
        }
        .startup()
        .await
        .expect("started");
        for _ in 0..MESSAGES {
            running.send(large()).await.expect("accepted");
        }
        handled(&seen, MESSAGES).await;
        assert!(running.shutdown().await.is_success());
    });
}

#[test]
fn a_question_and_its_answer_carry_large_messages() {
    on_usual_threads(async {
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
