//! Lost messages: they failed at their last attempt and left by no port `failed`. The exit counts them, and its
//! code is 2.

use fluid::{
    Exit, Failed, OnError, OnExit, OnLost, Options, Restart, Slot, Workers, by_hand::Nothing,
    consumer, workers,
};

use crate::support::{
    Boxed, Call, Each, assert_conserved, boxed, counts, group, ms, put_with, sink,
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
    let first = "asked to stop, lost: 5 messages of `picky` (exit code 2)";
    assert!(text.contains(first), "{text}");
    assert!(text.contains("5 failed, 5 lost"), "{text}");
    let picky = exit.worker("picky").unwrap();
    assert_eq!(picky.code(), 2);
    let text = picky.to_string();
    assert!(text.contains("lost: 5 messages (exit code 2)"), "{text}");
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
            .contains("lost: 2 messages of `dead_letters` (");
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
    assert!(!exit.to_string().contains("lost:"), "{exit}");
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
    let told = "lost: 5 messages of `picky`, 1 message of `inner/picky` (exit code 2)";
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
    let told = "lost: 3 messages of `tell`, 3 messages of `told` (exit code 2)";
    assert!(exit.to_string().contains(told), "{exit}");
}
