//! The cost of each option of a consumer that is set and never has to act.

use std::marker::PhantomData;

use fluid::{consumer, workers};

use super::one_to_one::{self, Source};
use crate::case::{BOTH, Case};
use crate::contender;
use crate::work::{Sum, Work};

pub fn case() -> Case {
    Case {
        name: "options",
        about: "One to one, with options on the consumer. No call is late, stalls, fails or waits, so the figure is the \
                cost of the checks.",
        messages: 1_000_000,
        times: 1,
        flavours: BOTH,
        contenders: vec![
            contender!("fluid", one_to_one::fluid::<u64>),
            contender!("fluid, timeout", timeout),
            contender!("fluid, stall", stall),
            contender!("fluid, retry", retry),
            contender!("fluid, rate", rate),
            contender!("fluid, two lanes by key", lanes),
            contender!("fluid, timeout, stall and retry", several),
        ],
        goals: vec![],
    }
}

#[consumer]
async fn sink(number: u64, sum: &mut Sum) {
    sum.add(number);
}

#[consumer(concurrency = 2, partition_by = |number| *number)]
async fn sink_in_lanes(number: u64, sum: &mut Sum) {
    sum.add(number);
}

/// A group whose consumer has these options, and a function that runs it.
macro_rules! group {
    ($run:ident, $group:ident, $sink:ident, $($option:tt)*) => {
        workers! {
            struct $group(work: Work) {
                source: Source<u64> { work, marker: PhantomData },
                #[consumer($($option)*)]
                sink: $sink { sum: work.sum() },
            }

            source.numbers => sink;
        }

        async fn $run(work: Work) {
            let running = $group::new(work).startup().await.expect("a start");
            let exit = running.wait_for_shutdown().await;
            assert!(exit.is_success(), "{exit}");
        }
    };
}

group!(timeout, Timeout, Sink, timeout = "1m");
group!(stall, Stall, Sink, stall = "1m");
group!(retry, Retry, Sink, retry = 3);
group!(rate, Rate, Sink, rate = "1_000_000_000/s", burst = 1000);
group!(lanes, Lanes, SinkInLanes,);
group!(
    several,
    Several,
    Sink,
    timeout = "1m",
    stall = "1m",
    retry = 3
);
