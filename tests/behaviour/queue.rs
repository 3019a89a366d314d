//! The queue through its public interface: sending, waiting, asking, and reading by hand.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use fluid::{AskError, OnError, OnExit, Options, Overflow, Reply, TrySendError, by_hand::Nothing};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::support::{
    Log, assert_conserved, body, counts, each, group, ms, put, put_with, secs, sink,
};

#[tokio::test(start_paused = true)]
async fn a_message_sent_before_startup_is_handled_after_it() {
    let mut workers = group();
    let sink = put(&mut workers, "sink", sink::<u64>(Duration::ZERO));
    for number in 0..5 {
        sink.send(number).await.unwrap();
    }
    assert_eq!((sink.queue_size(), sink.capacity()), (5, 1024));
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert_eq!(counts(&exit, "sink"), [5, 5, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn send_waits_for_room_and_is_woken_by_it() {
    let mut workers = group();
    let options = Options::new().capacity(1);
    let slow = put_with(&mut workers, "slow", options, sink::<u64>(secs(1)));
    slow.send(0).await.unwrap();
    assert!(timeout(secs(60), slow.send(1)).await.is_err());
    let running = workers.startup().await.unwrap();
    // As soon as the first message is in hand there is room again, although it is still being handled.
    timeout(ms(1), slow.send(2)).await.unwrap().unwrap();
    assert!(timeout(ms(10), slow.send(3)).await.is_err());
    timeout(secs(1), slow.send(4)).await.unwrap().unwrap();
    assert_eq!(counts(&running.shutdown().await, "slow"), [3, 3, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn try_send_gives_the_message_back_when_full_and_when_closed() {
    let mut workers = group();
    let options = Options::new().capacity(1);
    let slow = put_with(&mut workers, "slow", options, sink::<u64>(ms(1)));
    slow.try_send(0).unwrap();
    match slow.try_send(1).unwrap_err() {
        TrySendError::Full(error) => assert_eq!((error.message, &*error.worker), (1, "slow")),
        TrySendError::Closed(_) => panic!("it is open"),
    }
    assert_eq!(workers.startup().await.unwrap().shutdown().await.code(), 0);
    match slow.try_send(2).unwrap_err() {
        TrySendError::Closed(error) => assert_eq!((error.message, &*error.worker), (2, "slow")),
        TrySendError::Full(_) => panic!("it is closed"),
    }
}

#[tokio::test]
async fn blocking_send_waits_on_a_std_thread_and_in_spawn_blocking() {
    let mut workers = group();
    let options = Options::new().capacity(2);
    let sink = put_with(&mut workers, "sink", options, sink::<u64>(Duration::ZERO));
    let send_100 = {
        let sink = sink.handle();
        move || {
            for number in 0..100 {
                sink.blocking_send(number).unwrap();
            }
        }
    };
    let thread = std::thread::spawn(send_100.clone());
    let task = tokio::task::spawn_blocking(send_100);
    let running = workers.startup().await.unwrap();
    task.await.unwrap();
    while !thread.is_finished() {
        tokio::task::yield_now().await;
    }
    thread.join().unwrap();
    assert_eq!(
        counts(&running.shutdown().await, "sink"),
        [200, 200, 0, 0, 0]
    );
}

#[tokio::test]
async fn blocking_send_works_on_the_thread_of_a_blocking_worker() {
    let mut workers = group();
    let options = Options::new().capacity(1);
    let sink = put_with(&mut workers, "sink", options, sink::<u64>(Duration::ZERO));
    let target = sink.handle();
    let source = put_with(
        &mut workers,
        "source",
        Options::new().blocking(),
        body::<Nothing, u64>(move |_, io| {
            for number in 0..100 {
                target.blocking_send(number).unwrap();
                io.output.blocking_send(number).unwrap();
            }
            Box::pin(async { Ok(()) })
        }),
    );
    workers.connect(&source, &sink);
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    assert_eq!(counts(&exit, "sink"), [200, 200, 0, 0, 0], "{exit}");
}

#[tokio::test(start_paused = true)]
async fn blocking_send_in_an_async_task_panics() {
    let mut workers = group();
    let sink = put(&mut workers, "sink", sink::<u64>(Duration::ZERO)).handle();
    let error = tokio::spawn(async move { sink.blocking_send(1).is_ok() })
        .await
        .unwrap_err();
    assert!(error.is_panic());
}

struct Question {
    of: u64,
    reply: Reply<u64>,
}

fn question(of: u64) -> impl FnOnce(Reply<u64>) -> Question {
    move |reply| Question { of, reply }
}

#[tokio::test(start_paused = true)]
async fn a_question_is_answered_or_fails_with_the_reason() {
    let mut workers = group();
    let options = Options::new().on_error(OnError::Skip);
    let oracle = put_with(
        &mut workers,
        "oracle",
        options,
        each(|asked: Question| async move {
            match asked.of {
                0 => Err("nought")?,
                1 => panic!("one"),
                2 => drop(asked.reply),
                of => drop(asked.reply.send(of * of)),
            }
            Ok(None::<Nothing>)
        }),
    );
    let running = workers.startup().await.unwrap();
    assert_eq!(oracle.ask(question(7)).await, Ok(49));
    for of in 0..3 {
        let unanswered = AskError::Unanswered("oracle".into());
        assert_eq!(oracle.ask(question(of)).await, Err(unanswered), "{of}");
    }
    assert_eq!(running.shutdown().await.code(), 2);
    assert_eq!(
        oracle.ask(question(7)).await,
        Err(AskError::Refused("oracle".into()))
    );
}

#[tokio::test(start_paused = true)]
async fn a_question_dropped_by_overflow_or_left_undelivered_fails_as_dropped() {
    let mut workers = group();
    let options = Options::new().capacity(1).overflow(Overflow::DropOldest);
    let deaf = put_with(
        &mut workers,
        "deaf",
        options,
        each(|_: Question| async {
            std::future::pending::<()>().await;
            Ok(None::<Nothing>)
        }),
    );
    let ask = |of| {
        let deaf = deaf.handle();
        tokio::spawn(async move { deaf.ask(question(of)).await })
    };
    let running = workers.startup().await.unwrap();
    let in_hand = ask(0);
    tokio::time::sleep(ms(1)).await;
    let overflowed = ask(1);
    tokio::time::sleep(ms(1)).await;
    let waiting = ask(2);
    let dropped = Err(AskError::Dropped("deaf".into()));
    assert_eq!(overflowed.await.unwrap(), dropped);
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "deaf"), [3, 0, 0, 1, 2]);
    assert_eq!(waiting.await.unwrap(), dropped);
    assert_eq!(
        in_hand.await.unwrap(),
        Err(AskError::Unanswered("deaf".into()))
    );
}

type Asking = Pin<Box<dyn Future<Output = Result<u64, AskError>> + Send>>;

fn poll(asking: &mut Asking) -> Poll<Result<u64, AskError>> {
    asking
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

/// What a poll of a question returned.
type Answered = Poll<Result<u64, AskError>>;

/// What is sent to a group that never starts.
enum Unhandled {
    /// Polls a question when it is dropped, and notes what that returns.
    Polls(Arc<Mutex<Option<Asking>>>, Arc<Mutex<Option<Answered>>>),
    Asks(#[allow(dead_code, reason = "it is dropped")] Reply<u64>),
}

impl Drop for Unhandled {
    fn drop(&mut self) {
        if let Self::Polls(asking, polled) = self {
            let polls = asking.lock().unwrap().as_mut().map(poll);
            *polled.lock().unwrap() = polls;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_to_a_group_dropped_before_its_start_is_answered_by_dropped() {
    let mut workers = group();
    let sink = put(&mut workers, "sink", sink::<Unhandled>(Duration::ZERO)).handle();
    let (asking, polled) = (Arc::default(), Arc::default());
    let first = Unhandled::Polls(Arc::clone(&asking), Arc::clone(&polled));
    sink.send(first).await.unwrap();
    let mut asks: Asking = Box::pin(async move { sink.ask(Unhandled::Asks).await });
    assert!(poll(&mut asks).is_pending());
    *asking.lock().unwrap() = Some(asks);
    // The question is polled before its message is dropped.
    drop(workers);
    let dropped = Poll::Ready(Err(AskError::Dropped("sink".into())));
    assert_eq!(*polled.lock().unwrap(), Some(dropped));
}

#[tokio::test(start_paused = true)]
async fn get_message_obeys_its_timeout_and_is_finished_differs_from_empty() {
    let (noted, mut notes) = mpsc::unbounded_channel();
    let mut workers = group();
    let reader = put(
        &mut workers,
        "reader",
        body::<u64, Nothing>(move |_, io| {
            let noted = noted.clone();
            Box::pin(async move {
                while !io.queue.is_finished() {
                    let message = io.queue.get_message(secs(1)).await;
                    let _ = noted.send((message, io.queue.queue_size(), io.queue.capacity()));
                }
                Ok(())
            })
        }),
    );
    let running = workers.startup().await.unwrap();
    assert_eq!(notes.recv().await, Some((None, 0, 1024)));
    reader.send(5).await.unwrap();
    assert_eq!(notes.recv().await, Some((Some(5), 0, 1024)));
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "reader"), [1, 1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn next_is_cancel_safe() {
    let (noted, mut notes) = mpsc::unbounded_channel();
    let mut workers = group();
    let reader = put(
        &mut workers,
        "reader",
        body::<u64, Nothing>(move |_, io| {
            let noted = noted.clone();
            Box::pin(async move {
                loop {
                    tokio::select! {
                        biased;
                        () = tokio::task::yield_now() => {}
                        message = io.queue.next() => match message {
                            Some(message) => drop(noted.send(message)),
                            None => return Ok(()),
                        }
                    }
                    tokio::time::sleep(Duration::from_micros(100)).await;
                }
            })
        }),
    );
    let running = workers.startup().await.unwrap();
    for number in 0..100 {
        reader.send(number).await.unwrap();
        tokio::time::sleep(Duration::from_micros(70)).await;
    }
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "reader"), [100, 100, 0, 0, 0]);
    let mut seen = Vec::new();
    notes.recv_many(&mut seen, 200).await;
    assert_eq!(seen, (0..100).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_send_cancelled_while_it_waits_sends_nothing_and_blocks_no_other_sender() {
    let mut workers = group();
    let options = Options::new().capacity(1);
    let slow = put_with(&mut workers, "slow", options, sink::<u64>(ms(10)));
    slow.send(0).await.unwrap();
    for number in 0..10 {
        assert!(timeout(ms(1), slow.send(number)).await.is_err());
    }
    let waiting = tokio::spawn({
        let slow = slow.handle();
        async move { slow.send(1).await }
    });
    let running = workers.startup().await.unwrap();
    timeout(secs(1), waiting).await.unwrap().unwrap().unwrap();
    assert_eq!(counts(&running.shutdown().await, "slow"), [2, 2, 0, 0, 0]);
}

/// Eight senders on one thread fill a queue. Returns how many of 8000 messages come from each of them.
async fn shares(capacity: usize, lanes: usize) -> [u64; 8] {
    let (noted, mut notes) = mpsc::unbounded_channel();
    let mut workers = group();
    let options = Options::new().capacity(capacity).concurrency(lanes);
    let sink = workers.add_with("sink", options, move || {
        let noted = noted.clone();
        each(move |sender: usize| {
            let _ = noted.send(sender);
            async { Ok(None::<Nothing>) }
        })
    });
    let running = workers.startup().await.unwrap();
    for sender in 0..8 {
        let sink = sink.handle();
        tokio::spawn(async move { while sink.send(sender).await.is_ok() {} });
    }
    for _ in 0..capacity {
        notes.recv().await.unwrap();
    }
    let mut shares = [0; 8];
    for _ in 0..8000 {
        shares[notes.recv().await.unwrap()] += 1;
    }
    assert_conserved(&running.shutdown().await);
    shares
}

#[tokio::test]
async fn senders_that_wait_for_the_only_place_take_turns() {
    for lanes in [1, 2] {
        let shares = shares(1, lanes).await;
        assert_eq!(shares, [1000; 8], "{lanes}");
    }
}

#[tokio::test]
async fn senders_that_wait_for_room_get_equal_shares_within_a_third() {
    for (capacity, lanes) in [(2, 1), (16, 1), (64, 2), (256, 1), (1024, 2)] {
        let shares = shares(capacity, lanes).await;
        let is_fair = shares.iter().all(|share| (700..=1300).contains(share));
        assert!(is_fair, "{capacity}: {shares:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_of_many_producers_arrive_once_and_in_order() {
    for (capacity, threads) in [(1, 3), (2, 4), (64, 4), (usize::MAX, 3)] {
        let (noted, mut notes) = mpsc::unbounded_channel();
        let mut workers = group();
        let options = Options::new().capacity(capacity);
        let sink = put_with(
            &mut workers,
            "sink",
            options,
            each(move |message: (u64, u64)| {
                let _ = noted.send(message);
                async { Ok(None::<Nothing>) }
            }),
        );
        let running = workers.startup().await.unwrap();
        let producers: Vec<_> = (0..threads)
            .map(|producer| {
                let sink = sink.handle();
                tokio::spawn(async move {
                    for number in 0..2_000 {
                        sink.send((producer, number)).await.unwrap();
                    }
                })
            })
            .collect();
        for producer in producers {
            timeout(secs(20), producer)
                .await
                .expect("no wake-up is lost")
                .unwrap();
        }
        let exit = running.shutdown().await;
        let total = threads * 2_000;
        assert_eq!(counts(&exit, "sink"), [total, total, 0, 0, 0], "{capacity}");
        let mut next = vec![0; threads as usize];
        while let Ok((producer, number)) = notes.try_recv() {
            assert_eq!(number, next[producer as usize], "{producer}");
            next[producer as usize] += 1;
        }
        assert_eq!(next, vec![2_000; threads as usize]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_while_producers_wait_loses_no_message() {
    for round in 0..50 {
        let mut workers = group();
        let options = Options::new().capacity(1 + round % 4);
        let sink = put_with(&mut workers, "sink", options, sink::<u64>(Duration::ZERO));
        let running = workers.startup().await.unwrap();
        let accepted = Arc::new(AtomicU64::new(0));
        let producers: Vec<_> = (0..3)
            .map(|_| {
                let (sink, accepted) = (sink.handle(), Arc::clone(&accepted));
                tokio::spawn(async move {
                    while sink.send(1).await.is_ok() {
                        accepted.fetch_add(1, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        while accepted.load(Ordering::SeqCst) < 20 {
            tokio::task::yield_now().await;
        }
        let exit = timeout(secs(10), running.shutdown()).await.unwrap();
        for producer in producers {
            timeout(secs(10), producer)
                .await
                .expect("it was refused")
                .unwrap();
        }
        assert_conserved(&exit);
        assert_eq!(counts(&exit, "sink")[1], accepted.load(Ordering::SeqCst));
    }
}

#[tokio::test(start_paused = true)]
async fn a_port_counts_its_messages_and_sends_to_every_target() {
    let log = Log::default();
    let noted = log.clone();
    let source = body::<Nothing, u64>(move |ctx, io| {
        let noted = noted.clone();
        Box::pin(async move {
            let port = &io.output;
            for number in 0..4 {
                ctx.sleep(secs(10)).await;
                let sent = match port.try_send(number) {
                    Ok(()) => "sent",
                    Err(TrySendError::Full(_)) => "full",
                    Err(TrySendError::Closed(_)) => "closed",
                };
                noted.note(format!("{sent} {} {}", port.emitted(), port.unsent()));
            }
            ctx.stopping().await;
            Ok(())
        })
    });
    let mut workers = group();
    let source = put(&mut workers, "source", source);
    workers.broadcast(&source);
    let sinks = ["one", "two"].map(|name| {
        let options = Options::new().capacity(2).on_exit(OnExit::Ignore);
        put_with(&mut workers, name, options, sink::<u64>(secs(100)))
    });
    for sink in &sinks {
        workers.connect(&source, sink);
        // The message stays in hand all the time.
        sink.send(9).await.unwrap();
    }
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(secs(35)).await;
    sinks.iter().for_each(|sink| sink.gracefully_stop());
    tokio::time::sleep(secs(10)).await;
    let expected = ["sent 1 0", "sent 2 0", "full 2 0", "closed 2 1"];
    assert_eq!(log.lines(), expected);
    assert_eq!(running.shutdown().await.code(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_counts_as_accepted_if_any_consumer_accepts_it() {
    let log = Log::default();
    let noted = log.clone();
    let source = body::<Nothing, u64>(move |ctx, io| {
        let noted = noted.clone();
        Box::pin(async move {
            ctx.sleep(secs(1)).await;
            let sent = io.output.send(1).await.is_ok();
            let (emitted, unsent) = (io.output.emitted(), io.output.unsent());
            noted.note(format!("{sent} {emitted} {unsent}"));
            ctx.stopping().await;
            Ok(())
        })
    });
    let mut workers = group();
    let source = put(&mut workers, "source", source);
    workers.broadcast(&source);
    let [gone, kept] = ["gone", "kept"].map(|name| {
        let options = Options::new().on_exit(OnExit::Ignore);
        put_with(&mut workers, name, options, sink::<u64>(ms(0)))
    });
    workers.connect(&source, &gone);
    workers.connect(&source, &kept);
    let running = workers.startup().await.unwrap();
    assert_eq!(gone.shutdown().await.code(), 0);
    tokio::time::sleep(secs(2)).await;
    assert_eq!(log.lines(), ["true 1 0"]);
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "kept"), [1, 1, 0, 0, 0]);
}
