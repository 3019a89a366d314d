//! Lost messages: they failed at their last attempt and left by no port `failed`. The exit counts them, and its
//! code is 2.

use fluid::{
    Exit, Failed, OnError, OnExit, OnLost, Options, Overflow, Restart, Slot, Workers,
    by_hand::Nothing, consumer, workers,
};

use crate::support::{
    Boxed, Call, Each, assert_conserved, boxed, counts, each, group, ms, put, put_with, secs, sink,
};

const SKIP: Options = Options::new().on_error(OnError::Skip);

type Picky = Each<u64, Nothing, Call<u64, Nothing>>;

/// Fails at odd numbers.
fn picky() -> Picky {
    boxed(|number: u64| -> Boxed<'static, _> {
        Box::pin(async move {
            match number % 2 {
                0 => Ok(None),
                _ => Err(format!("{number} is odd").into()),
            }
        })
    })
}

/// Sends the numbers below ten and stops: five of them are odd.
async fn ten(workers: Workers, to: &Slot<Picky>) -> Exit {
    let to = to.handle();
    let running = workers.startup().await.unwrap();
    for number in 0..10 {
        to.send(number).await.unwrap();
    }
    while to.queue_size() > 0 {
        tokio::time::sleep(ms(1)).await;
    }
    tokio::time::sleep(ms(100)).await;
    let exit = running.shutdown().await;
    assert_conserved(&exit);
    exit
}

fn lost(exit: &Exit, path: &str) -> u64 {
    exit.worker(path).unwrap().counts().unwrap().lost
}

#[tokio::test(start_paused = true)]
async fn a_skipped_message_is_lost_and_the_exit_names_its_consumer() {
    let mut workers = group();
    let picky = put_with(&mut workers, "picky", SKIP, picky());
    let exit = ten(workers, &picky).await;
    assert_eq!(counts(&exit, "picky"), [10, 5, 5, 0, 0]);
    assert_eq!((exit.code(), exit.lost(), lost(&exit, "picky")), (2, 5, 5));
    assert!(!exit.is_success() && !exit.cause().is_failure(), "{exit}");
    let text = exit.to_string();
    let first = "asked to stop (exit code 2 for 5 lost messages)\n  lost: 5 messages: 5 of `picky` (failed)\n";
    assert!(text.contains(first), "{text}");
    assert!(text.contains("5 failed, 5 lost"), "{text}");
    let picky = exit.worker("picky").unwrap();
    assert_eq!(picky.code(), 2);
    let text = picky.to_string();
    assert!(text.contains("\n  lost: 5 messages (failed)\n"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_failure_causes_a_restart_is_lost() {
    let restart = Restart::one_for_one()
        .max_restarts(10)
        .backoff(ms(1), ms(1));
    let mut workers = group().restart(restart);
    let picky = workers.add_with("picky", Options::new(), picky);
    let exit = ten(workers, &picky).await;
    assert_eq!(counts(&exit, "picky"), [10, 5, 5, 0, 0]);
    assert_eq!((exit.code(), lost(&exit, "picky")), (2, 5), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_message_sent_to_the_port_failed_is_lost_only_if_its_consumer_loses_it() {
    for skipped in [false, true] {
        let mut workers = group();
        let picky = put_with(&mut workers, "picky", SKIP, picky());
        let dead_letters = boxed(move |failed: Failed<u64>| {
            Box::pin(async move {
                match failed.message {
                    3 | 5 if skipped => Err("the disk is full".into()),
                    _ => Ok(None::<Nothing>),
                }
            })
        });
        let dead_letters = put_with(&mut workers, "dead_letters", SKIP, dead_letters);
        workers.connect(picky.failed(), &dead_letters);
        let exit = ten(workers, &picky).await;
        assert_eq!(lost(&exit, "picky"), 0, "{exit}");
        let expected = if skipped { (2, 2) } else { (0, 0) };
        assert_eq!((exit.code(), exit.lost()), expected, "{exit}");
        let told = exit
            .to_string()
            .contains("lost: 2 messages: 2 of `dead_letters` (failed)\n");
        assert_eq!(told, skipped, "{exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn lost_messages_do_not_change_the_exit_code_if_the_port_failed_is_discarded_or_on_lost_is_ignore()
 {
    let mut workers = group();
    let thrown = put_with(&mut workers, "picky", SKIP, picky());
    workers.discard(thrown.failed());
    let exit = ten(workers, &thrown).await;
    assert_eq!((exit.code(), lost(&exit, "picky")), (0, 0), "{exit}");

    let mut workers = group();
    let ignored = put_with(&mut workers, "picky", SKIP.on_lost(OnLost::Ignore), picky());
    let exit = ten(workers, &ignored).await;
    assert_eq!((exit.code(), exit.lost()), (0, 0), "{exit}");
    // The lost messages are still counted.
    assert_eq!(lost(&exit, "picky"), 5);
    let told = "asked to stop (exit code 0)\n  lost: 5 messages: 5 of `picky` (failed)\n";
    assert!(exit.to_string().contains(told), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_the_consumer_of_the_port_failed_refuses_is_lost() {
    let mut workers = group();
    let picky = put_with(&mut workers, "picky", SKIP, picky());
    let options = Options::new().on_exit(OnExit::Ignore);
    let gone = sink::<Failed<u64>>(ms(0));
    let gone = put_with(&mut workers, "gone", options, gone);
    workers.connect(picky.failed(), &gone);
    // `gone` ends before a message fails.
    gone.gracefully_stop();
    let exit = ten(workers, &picky).await;
    assert_eq!(counts(&exit, "gone"), [0; 5]);
    assert_eq!((exit.code(), lost(&exit, "picky")), (2, 5), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn the_exit_of_a_group_counts_the_messages_lost_in_nested_groups() {
    let mut inner = Workers::new("inner");
    let nested = put_with(&mut inner, "picky", SKIP, picky()).handle();
    nested.send(1).await.unwrap();
    let mut workers = group();
    let picky = put_with(&mut workers, "picky", SKIP, picky());
    let mut inner = Some(inner);
    workers.add_with("inner", Options::new(), move || inner.take().expect("once"));
    let exit = ten(workers, &picky).await;
    let text = exit.to_string();
    let told = "lost: 6 messages: 5 of `picky` (failed), 1 of `inner/picky` (failed)\n";
    assert!(text.contains(told), "{text}");
    let inner = exit.worker("inner").unwrap();
    assert_eq!((inner.code(), inner.lost()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_and_the_code_of_bail_out_take_precedence_over_lost_messages() {
    for bails_out in [false, true] {
        let mut workers = group();
        let skips = put_with(&mut workers, "skips", SKIP, picky()).handle();
        let stops = put_with(&mut workers, "stops", Options::new(), picky()).handle();
        let running = workers.startup().await.unwrap();
        skips.send(1).await.unwrap();
        tokio::time::sleep(ms(1)).await;
        if bails_out {
            running.bail_out("enough", 7);
        } else {
            stops.send(1).await.unwrap();
        }
        let exit = running.wait_for_shutdown().await;
        assert_eq!(exit.code(), if bails_out { 7 } else { 2 }, "{exit}");
        assert_eq!(exit.cause().is_failure(), !bails_out, "{exit}");
        assert_eq!(lost(&exit, "skips"), 1);
    }
}

#[consumer(on_error = "skip")]
async fn tell(number: u64) -> Result<(), String> {
    Err(format!("no {number}"))
}

#[consumer(on_error = "skip", on_lost = "ignore", batch = 3)]
async fn expect(numbers: Vec<u64>) -> Result<(), String> {
    Err(format!("no {numbers:?}"))
}

#[consumer]
async fn pass(number: u64) -> u64 {
    number
}

workers! {
    struct Lossy() {
        pub pass: Pass,
        tell: Tell,
        pub expect: Expect,
        #[consumer(on_lost = "ignore")]
        pub ignored: Tell,
        #[consumer(on_lost = "fail", concurrency = 2)]
        pub told: Expect,
    }

    pass -> tell;
}

#[tokio::test(start_paused = true)]
async fn fused_batched_and_concurrent_consumers_count_lost_messages_and_obey_on_lost() {
    let running = Lossy::new().startup().await.unwrap();
    for number in 0..3 {
        running.pass().send(number).await.unwrap();
        running.expect().send(number).await.unwrap();
        running.ignored().send(number).await.unwrap();
        running.told().send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    for worker in ["tell", "expect", "ignored", "told"] {
        assert_eq!(counts(&exit, worker), [3, 0, 3, 0, 0], "{exit}");
        assert_eq!(lost(&exit, worker), 3, "{exit}");
    }
    assert_eq!((exit.lost(), exit.losses().total), (6, 12), "{exit}");
    let told = "lost: 12 messages: 3 of `tell` (failed), 3 of `expect` (failed), 3 of `ignored` (failed), \
                3 of `told` (failed)\n";
    assert!(exit.to_string().contains(told), "{exit}");
}

/// A consumer that never ends its first call, with seven messages for a queue of four.
async fn stuck_in_a_call(overflow: Overflow) -> Exit {
    let options = Options::new().capacity(4).overflow(overflow);
    let mut workers = group().grace(ms(50));
    let hang = each(|_: u64| async {
        std::future::pending::<()>().await;
        Ok(None::<Nothing>)
    });
    let hang = put_with(&mut workers, "hang", options, hang).handle();
    let running = workers.startup().await.unwrap();
    hang.send(0).await.unwrap();
    tokio::time::sleep(ms(1)).await;
    for number in 1..7 {
        let _ = hang.try_send(number);
    }
    running.shutdown().await
}

#[tokio::test(start_paused = true)]
async fn the_losses_of_an_exit_are_what_failed_was_dropped_and_was_undelivered() {
    let exit = stuck_in_a_call(Overflow::Wait).await;
    let losses = exit.losses();
    assert_eq!((losses.undelivered, losses.dropped), (5, 0), "{exit}");
    let told = "(exit code 1)\n  lost: 5 messages: 5 of `hang` (undelivered)\n";
    assert!(exit.to_string().contains(told), "{exit}");

    let exit = stuck_in_a_call(Overflow::DropOldest).await;
    let losses = exit.losses();
    let of_each = (losses.failed, losses.dropped, losses.undelivered);
    assert_eq!((of_each, losses.total), ((0, 2, 5), 7), "{exit}");
    let told = "lost: 7 messages: 7 of `hang` (2 dropped, 5 undelivered)\n";
    assert!(exit.to_string().contains(told), "{exit}");
    let data = serde_json::to_value(&exit).unwrap();
    let expected = serde_json::json!({"failed": 0, "dropped": 2, "undelivered": 5, "total": 7});
    assert_eq!(data["losses"], expected);
    assert_eq!(data["workers"][0]["losses"], expected);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_sent_on_counts_as_lost_at_the_consumer_that_had_it() {
    let mut workers = group().grace(ms(50));
    let first = put(&mut workers, "first", crate::support::pass::<u64>(ms(0)));
    let second = put(&mut workers, "second", sink::<u64>(secs(60)));
    workers.connect(&first, &second);
    let handle = first.handle();
    let running = workers.startup().await.unwrap();
    for number in 0..3 {
        handle.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "first"), [3, 3, 0, 0, 0]);
    assert_eq!(exit.losses().total, 3, "{exit}");
    let told = "lost: 3 messages: 3 of `second` (undelivered)\n";
    assert!(exit.to_string().contains(told), "{exit}");
}
