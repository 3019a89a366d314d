//! A group with its tests: warns when the load of the machine stays high.
//!
//! The tests replace what touches the world, the measurement and the warning, and run on paused time: an hour of
//! load takes milliseconds.

use std::io::{self, Write};

use fluid::{consumer, worker, workers};

/// Measures how many tasks wanted to run in the last minute.
#[worker(heartbeat = "10s", on_error = "skip")]
async fn measure() -> Result<f64, sysinfo::Error> {
    Ok(sysinfo::System::load_average()?.one)
}

/// Emits a warning after three high loads in a row.
#[consumer]
async fn judge(load: f64, limit: f64, high: &mut u32) -> Option<String> {
    *high = if load > limit { *high + 1 } else { 0 };
    (*high == 3).then(|| format!("the load is {load:.1}, and the limit is {limit:.1}"))
}

/// Writes a warning to standard error.
#[consumer(retry = 2, backoff = "1s..10s")]
async fn warn(warning: String) -> io::Result<()> {
    writeln!(io::stderr(), "{warning}")
}

workers! {
    struct LoadWatch(limit: f64) {
        measure: Measure,
        judge: Judge { limit: *limit, high: 0 },
        warn: Warn,
    }

    measure => judge => warn;
}

fn main() -> fluid::Exit {
    LoadWatch::new(4.0).main()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use fluid::test::Kit;

    use super::*;

    /// A function is tested without a group.
    #[tokio::test]
    async fn the_third_high_load_in_a_row_warns_once() {
        let mut high = 0;
        let mut warnings = Vec::new();
        for load in [5.0, 6.0, 1.0, 5.0, 6.0, 7.0, 8.0] {
            warnings.extend(judge(load, 4.0, &mut high).await);
        }
        assert_eq!(warnings, ["the load is 7.0, and the limit is 4.0"]);
    }

    /// A source is replaced by the messages of the test, a sink by a closure.
    #[tokio::test(start_paused = true)]
    async fn a_warning_that_fails_twice_is_written_by_the_third_attempt() {
        let watch = LoadWatch::new(4.0);
        let kit = Kit::of(&watch);
        let written = Arc::new(Mutex::new(Vec::new()));
        kit.feed("measure", [5.0, 6.0, 7.0]);
        kit.stub("warn", {
            let written = Arc::clone(&written);
            move |warning: String| written.lock().unwrap().push(warning)
        });
        kit.fail("warn", 1, "the disk is full");
        kit.fail("warn", 2, "the disk is full");

        let running = watch.startup().await.unwrap();
        kit.idle().await;
        assert_eq!(
            *written.lock().unwrap(),
            ["the load is 7.0, and the limit is 4.0"]
        );

        let exit = running.shutdown().await;
        exit.assert_conserved();
        exit.assert_done("judge", 3);
        exit.assert_done("warn", 1);
    }

    /// Time passes when the test says so.
    #[tokio::test(start_paused = true)]
    async fn the_load_is_measured_every_ten_seconds() {
        let watch = LoadWatch::new(f64::INFINITY);
        let kit = Kit::of(&watch);
        let loads = kit.collect::<f64>("measure");

        let running = watch.startup().await.unwrap();
        kit.advance(Duration::from_secs(3600)).await;
        assert_eq!(loads.take().len(), 361);
        running.shutdown().await.assert_conserved();
    }
}
