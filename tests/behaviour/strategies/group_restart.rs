//! Members that are restarted because another one failed: how they end, and what they keep.

use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fluid::{
    Cause, Context, Error, Exit, OnError, Options, Restart, State, Worker,
    by_hand::{Io, Nothing},
};
use tokio::time::{Instant, timeout};

use super::{FAIL, LOSES, Part, connect, part, part_with, restarted, restarting, settled};
use crate::support::{Log, assert_conserved, beats, body, counts, each, group, ms, secs};

#[tokio::test(start_paused = true)]
async fn every_wait_ends_at_once_when_a_restart_is_requested() {
    /// Waits in one way, and notes when it is woken.
    struct Waits {
        how: &'static str,
        log: Log,
    }

    impl Worker for Waits {
        type Message = u64;
        type Output = Nothing;
        type Ports = ();

        async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
            assert!(ctx.is_running());
            match self.how {
                "stopping" => ctx.stopping().await,
                "sleep" => assert!(!ctx.sleep(secs(1000)).await),
                "next" => assert!(io.queue.next().await.is_none()),
                "get_message" => assert!(io.queue.get_message(secs(1000)).await.is_none()),
                _ => {
                    // A task that the worker spawned sees the end through the context.
                    let ctx = ctx.clone();
                    tokio::spawn(async move { ctx.stopping().await })
                        .await
                        .unwrap();
                }
            }
            assert!(!ctx.is_running(), "{}", self.how);
            assert!(io.queue.is_finished());
            self.log.note(self.how);
            Ok(())
        }
    }

    let log = Log::default();
    let mut workers = group().restart(Restart::one_for_all().backoff(ms(0), ms(0)));
    let ways = ["stopping", "sleep", "next", "get_message", "task"];
    for how in ways {
        let log = log.clone();
        workers.add_with(how, Options::new(), move || Waits {
            how,
            log: log.clone(),
        });
    }
    let beaten = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&beaten);
    workers.add_with("beats", Options::new().heartbeat(secs(1000)), move || {
        let count = Arc::clone(&count);
        beats(move || {
            count.fetch_add(1, Ordering::SeqCst);
            async { Ok(Vec::<Nothing>::new()) }
        })
    });
    let fails = part(&mut workers, "fails", &Log::default());
    let running = workers.startup().await.unwrap();
    let failed = Instant::now();
    for round in 1..=3 {
        fails.send(FAIL).await.unwrap();
        settled(&running, 7 * round).await;
    }
    assert!(failed.elapsed() < ms(100), "{:?}", failed.elapsed());
    assert_eq!(beaten.load(Ordering::SeqCst), 4);
    let mut lines = log.lines();
    lines.sort();
    let mut expected = ways.repeat(3);
    expected.sort();
    assert_eq!(lines, expected);
    assert!(running.shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn a_context_of_an_ended_incarnation_stays_ended() {
    let kept = Arc::new(Mutex::new(Vec::<Context>::new()));
    let keep = Arc::clone(&kept);
    let mut workers = group().restart(Restart::one_for_one());
    let keeps = workers.add_with("keeps", LOSES, move || {
        let keep = Arc::clone(&keep);
        body::<u64, Nothing>(move |ctx, io| {
            keep.lock().unwrap().push(ctx.clone());
            Box::pin(async move {
                io.queue.next().await;
                if ctx.is_running() {
                    Err("it had a message".into())
                } else {
                    Ok(())
                }
            })
        })
    });
    let running = workers.startup().await.unwrap();
    keeps.send(1).await.unwrap();
    restarted(&keeps, 1).await;
    while kept.lock().unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }
    let [first, second] = [0, 1].map(|incarnation| kept.lock().unwrap()[incarnation].clone());
    assert!(!first.is_running() && second.is_running());
    timeout(secs(1), first.stopping()).await.unwrap();
    assert!(running.shutdown().await.is_success());
    assert!(!second.is_running());
}

#[tokio::test(start_paused = true)]
async fn queues_and_handles_survive_a_group_restart_and_only_the_failed_message_is_lost() {
    for restart in [
        Restart::one_for_one(),
        Restart::one_for_all(),
        Restart::rest_for_one(),
    ] {
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let mut workers = group().restart(restart.max_restarts(1000).backoff(ms(3), ms(9)));
        let small = Options::new().capacity(2);
        let first = workers.add_with("first", small, || {
            each(|number: u64| async move {
                tokio::time::sleep(ms(2)).await;
                Ok(Some(number))
            })
        });
        let middle = workers.add_with("middle", small, || {
            each(|number: u64| async move {
                tokio::time::sleep(ms(1)).await;
                if number % 10 == 3 {
                    Err("three".into())
                } else {
                    Ok(Some(number))
                }
            })
        });
        let noted = Arc::clone(&arrived);
        let last = workers.add_with("last", small, move || {
            let noted = Arc::clone(&noted);
            each(move |number: u64| {
                noted.lock().unwrap().push(number);
                async move { Ok(None::<Nothing>) }
            })
        });
        workers.connect(&first, &middle);
        workers.connect(&middle, &last);
        let handle = first.handle();
        let running = workers.startup().await.unwrap();
        for number in 0..200 {
            handle.send(number).await.unwrap();
        }
        let exit = running.shutdown().await;
        let expected: Vec<_> = (0..200).filter(|number| number % 10 != 3).collect();
        assert_eq!(*arrived.lock().unwrap(), expected, "{restart:?}");
        assert_eq!(counts(&exit, "first"), [200, 200, 0, 0, 0]);
        assert_eq!(counts(&exit, "middle"), [200, 180, 20, 0, 0]);
        assert_eq!(counts(&exit, "last"), [180, 180, 0, 0, 0]);
        assert_conserved(&exit);
        assert_eq!((exit.code(), exit.lost()), (2, 20), "{exit}");
        assert!(!exit.cause().is_failure(), "{exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_restarted_with_its_failed_consumer_ends_though_it_waits_for_room_there() {
    let mut workers = group().restart(Restart::one_for_all());
    let many = workers.add_with("many", Options::new(), || {
        each(|to: u64| async move { Ok(Some(to)) })
    });
    let full = workers.add_with("full", Options::new().capacity(1), || {
        each(|number: u64| async move {
            tokio::time::sleep(ms(10)).await;
            if number == 3 {
                Err("three".into())
            } else {
                Ok(None::<Nothing>)
            }
        })
    });
    workers.connect(&many, &full);
    let running = workers.startup().await.unwrap();
    for number in 0..20 {
        many.send(number).await.unwrap();
    }
    let begun = Instant::now();
    settled(&running, 2).await;
    // Only the backoff passes, and no grace period.
    assert!(begun.elapsed() < ms(300), "{:?}", begun.elapsed());
    // From then on the capacity holds again: one message is queued, and one more was sent.
    while full.status().counts.unwrap().done < 19 {
        assert!(full.queue_size() <= 2, "{}", full.status());
        tokio::time::sleep(ms(1)).await;
    }
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "full"), [20, 19, 1, 0, 0]);
    assert_eq!(exit.worker("many").unwrap().unsent(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_not_restarted_waits_for_room_as_before() {
    let log = Log::default();
    let mut workers = group().restart(Restart::rest_for_one());
    let goes_on = part(&mut workers, "goes_on", &log);
    let full = part_with(&mut workers, "full", Options::new().capacity(2), &log);
    let last = workers.add_with("last", Options::new(), move || Part {
        name: "last",
        log: log.clone(),
        end: secs(1),
    });
    connect(&mut workers, &goes_on, &[&full]);
    connect(&mut workers, &full, &[&last]);
    let running = workers.startup().await.unwrap();
    full.send(FAIL).await.unwrap();
    restarting(&full).await;
    for number in 0..20 {
        goes_on.send(number).await.unwrap();
    }
    // `last` has not ended yet, and `full` waits for it.
    tokio::time::sleep(ms(500)).await;
    assert_eq!(full.queue_size(), 2);
    settled(&running, 2).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "last"), [20, 20, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_message_sent_while_its_consumer_is_restarted_waits_for_it() {
    let log = Log::default();
    let mut workers = group().restart(Restart::one_for_all().backoff(secs(2), secs(2)));
    let [a, b, c] = ["a", "b", "c"].map(|name| part(&mut workers, name, &log));
    connect(&mut workers, &a, &[&b]);
    let running = workers.startup().await.unwrap();
    c.send(FAIL).await.unwrap();
    for part in [&a, &b, &c] {
        restarting(part).await;
        assert_eq!(part.state(), State::Restarting);
        part.send(5).await.unwrap();
    }
    settled(&running, 3).await;
    let exit = running.shutdown().await;
    let all = ["a", "b", "c"].map(|name| counts(&exit, name));
    assert_eq!(all, [[1, 1, 0, 0, 0], [2, 2, 0, 0, 0], [2, 1, 1, 0, 0]]);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_does_not_end_for_a_restart_is_cut_off_after_its_grace_and_its_message_fails()
{
    let log = Log::default();
    let mut workers = group().restart(Restart::one_for_all());
    let noted = log.clone();
    let hangs = workers.add_with("hangs", LOSES.grace(secs(3)), move || {
        let noted = noted.clone();
        each(move |number: u64| {
            noted.note(format!("{number}"));
            async move {
                if number == 1 {
                    pending::<()>().await;
                }
                Ok(None::<Nothing>)
            }
        })
    });
    let fails = part(&mut workers, "fails", &Log::default());
    let running = workers.startup().await.unwrap();
    for number in 0..4 {
        hangs.send(number).await.unwrap();
    }
    while log.lines().len() < 2 {
        tokio::task::yield_now().await;
    }
    let failed = Instant::now();
    fails.send(FAIL).await.unwrap();
    settled(&running, 2).await;
    assert!(
        (ms(3000)..ms(3200)).contains(&failed.elapsed()),
        "{:?}",
        failed.elapsed()
    );
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "hangs"), [4, 3, 1, 0, 0]);
    assert_eq!(log.lines(), ["0", "1", "2", "3"]);
    assert_eq!((exit.code(), exit.is_forced()), (0, false), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_hanging_on_shutdown_after_a_failure_is_cut_off_and_the_worker_restarted() {
    struct Hangs;

    impl Worker for Hangs {
        type Message = u64;
        type Output = Nothing;
        type Ports = ();

        async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
            match io.queue.next().await {
                Some(_) => Err("a message".into()),
                None => Ok(()),
            }
        }

        async fn on_shutdown(&mut self, ctx: &Context) -> Result<(), Error> {
            if ctx.is_running() {
                pending::<()>().await;
            }
            Ok(())
        }
    }

    let by_strategy = (group().restart(Restart::one_for_one()), LOSES);
    let by_option = (group(), LOSES.on_error(OnError::Restart));
    for (mut workers, options) in [by_strategy, by_option] {
        let hangs = workers.add_with("hangs", options, || Hangs);
        let running = workers.startup().await.unwrap();
        let failed = Instant::now();
        hangs.send(1).await.unwrap();
        restarted(&hangs, 1).await;
        assert!(
            (ms(10_000)..ms(10_200)).contains(&failed.elapsed()),
            "{:?}",
            failed.elapsed()
        );
        let exit = running.shutdown().await;
        assert_eq!(counts(&exit, "hangs"), [1, 0, 1, 0, 0]);
        assert_eq!(exit.code(), 0, "{exit}");
    }
}

/// Blocks a real thread, and so uses real time.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_worker_that_blocks_its_thread_cannot_be_restarted_and_the_group_fails() {
    let (release, released) = channel::<()>();
    let (entered, enters) = channel::<()>();
    let blocked = Arc::new(Mutex::new((released, entered)));
    let mut workers = group().grace(ms(200)).restart(Restart::one_for_all());
    let stuck = workers.add_with("stuck", Options::new().blocking(), move || {
        let blocked = Arc::clone(&blocked);
        each(move |_: u64| {
            let (released, entered) = &*blocked.lock().unwrap();
            entered.send(()).unwrap();
            let _ = released.recv();
            async { Ok(None::<Nothing>) }
        })
    });
    let fails = part(&mut workers, "fails", &Log::default());
    let running = workers.startup().await.unwrap();
    stuck.send(1).await.unwrap();
    stuck.send(2).await.unwrap();
    enters.recv_timeout(Duration::from_secs(10)).unwrap();
    fails.send(FAIL).await.unwrap();
    let exit = timeout(secs(5), running.wait_for_shutdown()).await.unwrap();
    let Cause::Failed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!(&**worker, "stuck");
    assert!(error.to_string().contains("blocks its thread"), "{error}");
    assert!(exit.worker("stuck").unwrap().is_stuck(), "{exit}");
    assert_eq!(counts(&exit, "stuck"), [2, 0, 0, 0, 2]);
    assert_eq!(exit.code(), 2);
    drop(release);
}

#[tokio::test(start_paused = true)]
async fn a_worker_whose_on_shutdown_fails_for_a_restart_is_restarted() {
    struct Untidy;

    impl Worker for Untidy {
        type Message = Nothing;
        type Output = Nothing;
        type Ports = ();

        async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
            ctx.stopping().await;
            Ok(())
        }

        async fn on_shutdown(&mut self, ctx: &Context) -> Result<(), Error> {
            if ctx.restarts() == 0 {
                Err("untidy".into())
            } else {
                Ok(())
            }
        }
    }

    let mut workers = group().restart(Restart::one_for_all().max_restarts(1));
    workers.add_with("untidy", Options::new(), || Untidy);
    let fails = part(&mut workers, "fails", &Log::default());
    let running = workers.startup().await.unwrap();
    fails.send(FAIL).await.unwrap();
    settled(&running, 2).await;
    let exit = running.shutdown().await;
    assert_eq!(exit.code(), 0, "{exit}");
    let last = exit
        .worker("untidy")
        .unwrap()
        .last_error()
        .unwrap()
        .to_string();
    assert_eq!(last, "untidy");
}

#[tokio::test(start_paused = true)]
async fn an_after_shutdown_that_hangs_after_a_failure_is_cut_off() {
    struct Hangs;

    impl Worker for Hangs {
        type Message = u64;
        type Output = Nothing;
        type Ports = ();

        async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
            io.queue.next().await;
            Err("a message".into())
        }

        async fn after_shutdown(&mut self, _: &Exit) {
            pending::<()>().await;
        }
    }

    let mut workers = group();
    let hangs = workers.add_with("hangs", LOSES, || Hangs);
    let running = workers.startup().await.unwrap();
    let failed = Instant::now();
    hangs.send(1).await.unwrap();
    let exit = timeout(secs(60), running.wait_for_shutdown())
        .await
        .unwrap();
    let took = failed.elapsed();
    assert!((secs(10)..secs(11)).contains(&took), "{took:?}");
    assert_eq!(counts(&exit, "hangs"), [1, 0, 1, 0, 0]);
    assert_eq!(exit.code(), 2, "{exit}");
}
