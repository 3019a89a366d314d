//! One to one, with a log and a reader of the status beside it, as in a service.

use std::hint::black_box;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::interval;
use tokio_util::sync::CancellationToken;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Registry, fmt, reload};

use super::one_to_one::{self, OneToOne};
use crate::case::{BOTH, Case};
use crate::contender;
use crate::work::Work;

pub fn case() -> Case {
    Case {
        name: "as users run it",
        about: "One to one. By hand, each message is awaited together with the stop, each task counts, and the counts \
                are read every 10 ms. With log and status, a tracing subscriber writes events from INFO on into a sink, \
                and the status of the group is read every 10 ms.",
        messages: 2_000_000,
        times: 1,
        flavours: BOTH,
        contenders: vec![
            contender!("tokio, select! and counts", by_hand),
            contender!("fluid", one_to_one::fluid::<u64>),
            contender!("fluid, with log and status", with_log_and_status),
        ],
        goals: vec![],
    }
}

/// Calls the function now, and then every 10 ms until it is aborted.
fn every_10_ms<T>(mut look: impl FnMut() -> T + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut ticks = interval(Duration::from_millis(10));
        loop {
            ticks.tick().await;
            black_box(look());
        }
    })
}

/// The counts of the two tasks.
#[derive(Default)]
struct Counts {
    sent: AtomicU64,
    done: AtomicU64,
}

async fn by_hand(work: Work) {
    let (sender, mut receiver) = mpsc::channel(1024);
    let counts = Arc::new(Counts::default());
    let stop = CancellationToken::new();
    let mut sum = work.sum();
    let (stopped, counted) = (stop.clone(), Arc::clone(&counts));
    tokio::spawn(async move {
        for number in work.numbers() {
            tokio::select! {
                () = stopped.cancelled() => break,
                sent = sender.send(number) => sent.expect("a receiver"),
            }
            counted.sent.fetch_add(1, Ordering::Relaxed);
        }
    });
    let counted = Arc::clone(&counts);
    let receiving = tokio::spawn(async move {
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                number = receiver.recv() => match number {
                    Some(number) => sum.add(number),
                    None => break,
                },
            }
            counted.done.fetch_add(1, Ordering::Relaxed);
        }
    });
    let looking = every_10_ms(move || {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (count(&counts.sent), count(&counts.done))
    });
    receiving.await.expect("the receiver");
    looking.abort();
}

async fn with_log_and_status(work: Work) {
    log_from(LevelFilter::INFO);
    let running = OneToOne::<u64>::new(work).startup().await.expect("a start");
    let group = running.clone();
    let looking = every_10_ms(move || group.status());
    let exit = running.wait_for_shutdown().await;
    looking.abort();
    log_from(LevelFilter::OFF);
    assert!(exit.is_success(), "{exit}");
}

/// A subscriber is global and permanent, so its level is changed instead. While the level is off, the other contenders
/// do not pay for it.
fn log_from(level: LevelFilter) {
    static LEVEL: OnceLock<reload::Handle<LevelFilter, Registry>> = OnceLock::new();
    let handle = LEVEL.get_or_init(|| {
        let (filter, handle) = reload::Layer::new(LevelFilter::OFF);
        let log = fmt::layer().with_writer(io::sink);
        let subscriber = Registry::default().with(filter).with(log);
        tracing::subscriber::set_global_default(subscriber).expect("no other subscriber");
        handle
    });
    handle.reload(level).expect("a subscriber");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_on_only_where_it_is_asked_for() {
        log_from(LevelFilter::INFO);
        assert_eq!(LevelFilter::current(), LevelFilter::INFO);
        assert!(tracing::enabled!(tracing::Level::INFO));
        log_from(LevelFilter::OFF);
        assert_eq!(LevelFilter::current(), LevelFilter::OFF);
        assert!(!tracing::enabled!(tracing::Level::ERROR));
    }
}
