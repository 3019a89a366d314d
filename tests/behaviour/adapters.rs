//! Edges with adapters: the sender and the consumer may have different message types.

use fluid::{Options, Overflow, State, TrySendError, by_hand::Nothing, edge::PortOutput};

use crate::support::{
    Burst, Log, assert_conserved, body, boxed, counts, each, group, ms, pass, put, put_with, secs,
    sink,
};

#[tokio::test(start_paused = true)]
async fn an_adapter_gives_one_message_none_or_several() {
    let mut workers = group();
    let log = Log::default();
    let source = put(&mut workers, "source", Burst { to: 4 });
    let seen = log.clone();
    let lines = boxed(move |line: String| {
        seen.note(line);
        Box::pin(async { Ok(None::<Nothing>) })
    });
    let lines = put(&mut workers, "lines", lines);
    workers.broadcast(&source);
    workers.connect(source.map(|n: u64| format!("one {n}")), &lines);
    workers.connect(
        source.map(|n: u64| (n > 2).then(|| format!("some {n}"))),
        &lines,
    );
    workers.connect(
        source.map(|n: u64| vec![format!("each {n}"); n as usize]),
        &lines,
    );
    let exit = workers.run().await;
    let said = |what: &str| {
        log.lines()
            .iter()
            .filter(|line| line.starts_with(what))
            .count()
    };
    assert_eq!([said("one"), said("some"), said("each")], [4, 1, 6]);
    assert_eq!(counts(&exit, "lines"), [11, 11, 0, 0, 0]);
    assert_eq!(exit.worker("source").unwrap().emitted(), 4);
    assert_eq!(exit.worker("source").unwrap().unsent(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_adapted_message_waits_for_room() {
    let mut workers = group();
    let source = put(&mut workers, "source", Burst { to: 10 });
    let options = Options::new().capacity(2);
    let slow = put_with(&mut workers, "slow", options, sink::<u64>(ms(5)));
    workers.connect(source.map(|n: u64| vec![n; 5]), &slow);
    let exit = workers.run().await;
    assert_eq!(counts(&exit, "slow"), [50, 50, 0, 0, 0]);
    assert_eq!(exit.worker("source").unwrap().emitted(), 10);
}

#[tokio::test(start_paused = true)]
async fn an_adapted_edge_keeps_the_overflow_policy() {
    let mut workers = group();
    let source = put(&mut workers, "source", Burst { to: 10 });
    let options = Options::new().capacity(2).overflow(Overflow::DropNewest);
    let slow = put_with(&mut workers, "slow", options, sink::<u64>(ms(5)));
    workers.connect(source.map(|n: u64| n), &slow);
    let exit = workers.run().await;
    let [accepted, done, _, dropped, _] = counts(&exit, "slow");
    assert_eq!([accepted, done + dropped], [10, 10]);
    assert!(dropped > 0, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_message_comes_back_as_it_was_and_unadapted() {
    let mut workers = group();
    let calls = Log::default();
    let adapted = calls.clone();
    let sender = body::<Nothing, u64>(|ctx, io| {
        Box::pin(async move {
            ctx.stopping().await;
            let refused = io.output.send(7).await.unwrap_err();
            assert_eq!(refused.message, 7);
            let refused = io.output.try_send(8).unwrap_err();
            assert!(matches!(refused, TrySendError::Closed(_)));
            Ok(())
        })
    });
    let sender = put(&mut workers, "sender", sender);
    let fails = each(|_: String| async { Err::<Option<Nothing>, _>("always".into()) });
    let fails = put(&mut workers, "fails", fails);
    workers.connect(
        sender.map(move |n: u64| {
            adapted.note(n.to_string());
            n.to_string()
        }),
        &fails,
    );
    fails.send("first".to_owned()).await.unwrap();
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    assert_eq!(exit.worker("fails").unwrap().state(), State::Stopped);
    assert_eq!(exit.worker("sender").unwrap().unsent(), 2);
    assert_eq!(calls.lines(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn try_send_over_an_adapted_edge_never_waits_and_counts_lost_messages() {
    let mut workers = group();
    let sender = body::<Nothing, u64>(|_, io| {
        Box::pin(async move {
            // The adapter makes five messages, and two find room.
            io.output.try_send(5).unwrap();
            let full = io.output.try_send(1).unwrap_err();
            assert!(matches!(full, TrySendError::Full(_)), "{full}");
            Ok(())
        })
    });
    let sender = put(&mut workers, "sender", sender);
    let options = Options::new().capacity(2);
    let slow = put_with(&mut workers, "slow", options, sink::<u64>(ms(5)));
    workers.connect(sender.map(|n: u64| vec![n; n as usize]), &slow);
    let exit = workers.run().await;
    assert_eq!(counts(&exit, "slow"), [2, 2, 0, 0, 0]);
    assert_eq!(exit.worker("slow").unwrap().counts().unwrap().refused, 3);
    assert_eq!(exit.worker("sender").unwrap().emitted(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_feedback_edge_that_adapts_never_waits() {
    let mut workers = group();
    let again = boxed(|n: u64| Box::pin(async move { Ok((n > 0).then(|| format!("{n}"))) }));
    let again = put_with(&mut workers, "again", Options::new().capacity(1), again);
    workers.feedback(
        again.map(|text: String| text.parse::<u64>().unwrap() - 1),
        &again,
    );
    let running = workers.startup().await.unwrap();
    again.send(5).await.unwrap();
    while again.status().counts.unwrap().done < 6 {
        tokio::task::yield_now().await;
    }
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "again"), [6, 6, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn an_adapter_that_panics_is_a_failure_of_the_worker_that_sends() {
    let mut workers = group();
    let pass = put(&mut workers, "pass", pass::<u64>(ms(0)));
    let sink = put(&mut workers, "sink", sink::<u64>(ms(0)));
    workers.connect(
        pass.map(|n: u64| {
            assert!(n < 3, "three is too much");
            n
        }),
        &sink,
    );
    for n in 0..5 {
        pass.send(n).await.unwrap();
    }
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    assert_conserved(&exit);
    assert_eq!(counts(&exit, "pass"), [5, 3, 1, 0, 1]);
    assert_eq!(exit.worker("pass").unwrap().unsent(), 1);
    assert_eq!(counts(&exit, "sink"), [3, 3, 0, 0, 0]);
    assert!(exit.to_string().contains("three is too much"), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_fused_edge_can_adapt() {
    let mut workers = group();
    let source = put(&mut workers, "source", Burst { to: 4 });
    let log = Log::default();
    let seen = log.clone();
    let lines = boxed(move |line: String| {
        seen.note(line);
        Box::pin(async { Ok(None::<Nothing>) })
    });
    let lines = put(&mut workers, "lines", lines);
    let onward = workers.fuse(
        source.map(|n: u64| vec![format!("{n}"); n as usize]),
        &lines,
        PortOutput,
    );
    workers.lead(&source, onward);
    let exit = workers.run().await;
    assert_eq!(log.lines(), ["1", "2", "2", "3", "3", "3"]);
    assert_eq!(counts(&exit, "lines"), [6, 6, 0, 0, 0]);
    assert_eq!(exit.worker("source").unwrap().emitted(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_failure_at_one_of_several_adapted_messages_skips_the_rest() {
    let mut workers = group();
    let source = put(&mut workers, "source", Burst { to: 4 });
    let log = Log::default();
    let seen = log.clone();
    let lines = boxed(move |line: String| {
        let failed = line == "2 at 1";
        seen.note(line);
        Box::pin(async move {
            if failed {
                return Err("it was asked to fail".into());
            }
            Ok(None::<Nothing>)
        })
    });
    let lines = put(&mut workers, "lines", lines);
    let onward = workers.fuse(
        source.map(|n: u64| (0..3).map(|at| format!("{n} at {at}")).collect::<Vec<_>>()),
        &lines,
        PortOutput,
    );
    workers.lead(&source, onward);
    let exit = workers.run().await;
    assert_eq!(log.lines().last().unwrap(), "2 at 1");
    let [accepted, done, failed, dropped, undelivered] = counts(&exit, "lines");
    assert_eq!(
        [accepted, done + 1, failed, dropped, undelivered],
        [log.lines().len() as u64, log.lines().len() as u64, 1, 0, 0]
    );
}

#[tokio::test(start_paused = true)]
async fn a_message_without_room_at_a_feedback_edge_is_unsent() {
    let mut workers = group();
    let source = put(&mut workers, "source", Burst { to: 3 });
    let full = put_with(
        &mut workers,
        "full",
        Options::new().capacity(1),
        sink::<u64>(secs(1)),
    );
    workers.feedback(source.map(|n: u64| n), &full);
    full.send(9).await.unwrap();
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    let source = exit.worker("source").unwrap();
    assert_eq!(source.emitted() + source.unsent(), 3);
    assert_eq!(counts(&exit, "full")[0], 1 + source.emitted());
    assert!(source.unsent() > 0, "{exit}");
}
