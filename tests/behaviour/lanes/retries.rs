//! Retries in several lanes.

use fluid::{
    Failed,
    by_hand::{EachMessage, Stage},
};
use tokio::time::Instant;

use super::*;
use crate::support::{put, sink};

/// Fails at a message as often as the message says, and notes each attempt.
struct Tries(Log);

/// The key, the number, and how often the call fails.
type Message = (u64, u64, u32);

const FOR_EVER: u32 = 99;

impl Worker for Tries {
    type Message = Message;
    type Output = Nothing;
    type Ports = ();

    const KEY: Option<fn(&Message) -> u64> = Some(|message| message.0);
    const COPY: Option<fn(&Message) -> Message> = Some(|message| *message);

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        fluid::__private::run(self, ctx, io).await
    }
}

impl Stage for Tries {
    type Input = Message;
    type Emission = Option<Nothing>;
    type Calls = EachMessage;

    async fn call(
        &mut self,
        message: Message,
        ctx: &Context,
        (): &(),
    ) -> Result<Option<Nothing>, Error> {
        let (_, number, fails) = message;
        self.0.note(format!("{number}: {}", ctx.attempt()));
        // A message that fails for ever is not retried.
        ctx.retry_if(fails < FOR_EVER);
        if ctx.attempt() <= fails {
            Err("not yet")?;
        }
        Ok(None)
    }
}

fn sit(workers: &mut Workers, options: Options, log: &Log) -> Slot<Tries> {
    let log = log.clone();
    workers.add_with("tries", options, move || Tries(log.clone()))
}

async fn send(seat: &Slot<Tries>, messages: impl IntoIterator<Item = Message>) {
    for message in messages {
        seat.send(message).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_retried_message_delays_only_its_own_lane() {
    let log = Log::default();
    let mut workers = group();
    let options = lanes(3).retry(3).backoff(secs(1000), secs(1000));
    let seat = sit(&mut workers, options, &log);
    let running = workers.startup().await.unwrap();
    send(&seat, [(1, 1, 3), (1, 2, 0)]).await;
    send(&seat, (10..20).map(|number| (2 * (number % 2), number, 0))).await;
    while seat.status().counts.unwrap().done < 10 {
        sleep(ms(1)).await;
    }
    assert!(
        !log.lines().contains(&"2: 1".to_owned()),
        "{:?}",
        log.lines()
    );
    while seat.status().counts.unwrap().done < 12 {
        sleep(secs(1)).await;
    }
    let of_key = log
        .lines()
        .into_iter()
        .filter(|line| line.as_bytes()[1] == b':');
    assert_eq!(
        of_key.collect::<Vec<_>>(),
        ["1: 1", "1: 2", "1: 3", "1: 4", "2: 1"]
    );
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "tries"), [12, 12, 0, 0, 0], "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_during_the_backoff_makes_the_remaining_attempts_at_once() {
    for key in 0..3 {
        let log = Log::default();
        let mut workers = group();
        let options = lanes(3).retry(5).backoff(secs(1000), secs(1000));
        let seat = sit(&mut workers, options, &log);
        let running = workers.startup().await.unwrap();
        send(&seat, [(key, 1, 4), (key, 2, 0)]).await;
        while log.lines().is_empty() {
            sleep(ms(1)).await;
        }
        let start = Instant::now();
        let exit = running.shutdown().await;
        assert!(start.elapsed() < secs(1), "{:?}", start.elapsed());
        assert_eq!(counts(&exit, "tries"), [2, 2, 0, 0, 0], "{exit}");
        assert_eq!(
            log.lines(),
            ["1: 1", "1: 2", "1: 3", "1: 4", "1: 5", "2: 1"]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_another_lane_during_the_backoff_makes_the_remaining_attempts_at_once() {
    for (pauses, fails) in [(0, 1), (1, 0), (1, 2)] {
        let log = Log::default();
        let mut workers = group();
        let options = restarting(3)
            .retry(3)
            .backoff(secs(1000), secs(1000))
            .grace(secs(5));
        let seat = sit(&mut workers, options, &log);
        let running = workers.startup().await.unwrap();
        send(&seat, [(pauses, 1, 3)]).await;
        while log.lines().is_empty() {
            sleep(ms(1)).await;
        }
        send(&seat, [(fails, 2, FOR_EVER)]).await;
        let restarted = async {
            while seat.status().restarts < 1 {
                sleep(ms(100)).await;
            }
        };
        let waited = timeout(secs(5), restarted).await;
        assert!(waited.is_ok(), "{pauses} {fails}: {:?}", log.lines());
        send(&seat, [(0, 3, 0), (1, 4, 0), (2, 5, 0)]).await;
        let exit = timeout(secs(60), running.shutdown()).await.unwrap();
        assert_eq!(counts(&exit, "tries"), [5, 4, 1, 0, 0], "{exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_consumer_of_the_port_failed_ends_after_all_lanes() {
    let log = Log::default();
    let mut workers = group();
    let options = lanes(3).retry(1).backoff(ms(10), ms(10));
    let seat = sit(&mut workers, options, &log);
    let graves = put(&mut workers, "graves", sink::<Failed<Message>>(ms(7)));
    workers.connect(seat.failed(), &graves);
    let running = workers.startup().await.unwrap();
    send(
        &seat,
        (0..60).map(|number| (number, number, (number % 4) as u32)),
    )
    .await;
    let exit = running.shutdown().await;
    // Messages that fail twice or more are given up.
    assert_eq!(counts(&exit, "tries"), [60, 30, 30, 0, 0], "{exit}");
    assert_eq!(counts(&exit, "graves"), [30, 30, 0, 0, 0], "{exit}");
    assert_eq!(exit.worker("tries").unwrap().emitted(), 30);
    assert_eq!(exit.code(), 0, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_forced_stop_cuts_off_a_send_to_the_port_failed() {
    let log = Log::default();
    let mut workers = group().grace(ms(50));
    let seat = sit(&mut workers, lanes(3), &log);
    let options = Options::new().capacity(1);
    let graves = workers.add_with("graves", options, || sink::<Failed<Message>>(secs(1000)));
    workers.connect(seat.failed(), &graves);
    let running = workers.startup().await.unwrap();
    send(&seat, (0..9).map(|number| (number, number, 9))).await;
    sleep(ms(10)).await;
    let exit = timeout(secs(60), running.shutdown()).await.unwrap();
    // One message is in hand and one is queued. Three found no room: they count as failed at their consumer, and as
    // unsent.
    assert_eq!(counts(&exit, "graves"), [2, 0, 0, 0, 2], "{exit}");
    assert_conserved(&exit);
    let tries = exit.worker("tries").unwrap();
    let failed = tries.counts().unwrap().failed;
    assert_eq!((tries.emitted(), tries.unsent()), (2, failed - 2), "{exit}");
    assert!(failed >= 5, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn the_port_failed_of_a_consumer_with_lanes_may_be_discarded() {
    let log = Log::default();
    let mut workers = group();
    let seat = sit(&mut workers, lanes(2), &log);
    workers.discard(seat.failed());
    send(&seat, [(1, 1, FOR_EVER), (1, 2, 0)]).await;
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert_eq!(counts(&exit, "tries"), [2, 1, 1, 0, 0]);
    assert_eq!(exit.code(), 0, "{exit}");
}
