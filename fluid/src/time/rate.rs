//! The rate limit of a consumer.
//!
//! The generic cell rate algorithm, with one difference: delays by timers are made up for. The schedule continues
//! from the time at which a call was due, even if its timer was late.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::options::Rate;
use crate::sync::Mutex;
use crate::sync::lock::lock;

/// How late a timer of tokio may be on an idle machine. It counts whole milliseconds, and so does the timer of the
/// system.
const GRANULARITY: Duration = Duration::from_millis(2);

/// The limiter that all lanes and incarnations of a consumer share.
pub(crate) struct Limiter {
    /// The start of the schedule, by the clock of the runtime, which tests may pause.
    began: Instant,
    schedule: Mutex<Schedule>,
}

impl Limiter {
    pub(crate) fn new(rate: Rate, burst: u32) -> Self {
        Self {
            began: Instant::now(),
            schedule: Mutex::new(Schedule::new(rate, burst)),
        }
    }

    /// Waits until a call may be made, and counts it.
    ///
    /// The call is counted before the wait. If the wait is cut off, this call is not made and still counts.
    pub(crate) async fn ready(&self) {
        let now = self.began.elapsed();
        let due = lock(&self.schedule).next(now);
        if due > now {
            sleep_until(self.began + due).await;
            lock(&self.schedule).waited_until(self.began.elapsed());
        }
    }
}

/// Computes when calls are due. All times are since the first call, in nanoseconds multiplied by `calls`. So the
/// time between two calls is an integer at every rate, and there is no rounding error.
struct Schedule {
    calls: i128,
    /// The time between two calls.
    period: i128,
    /// How much later than due a call may be without moving the schedule. This time is saved for a burst.
    saved: i128,
    /// The same limit for calls that a timer may have delayed.
    granularity: i128,
    /// When the next call is due.
    due: i128,
    /// Whether no call since the last wait was later than a timer may be.
    in_step: bool,
}

impl Schedule {
    fn new(rate: Rate, burst: u32) -> Self {
        let calls = i128::from(rate.calls);
        let period = rate.within.as_nanos() as i128;
        let saved = period * i128::from(burst.saturating_sub(1));
        Self {
            calls,
            period,
            saved,
            granularity: GRANULARITY.as_nanos() as i128 * calls,
            due: -saved,
            in_step: false,
        }
    }

    /// Counts the next call. Returns when it is due, which may be in the past.
    fn next(&mut self, now: Duration) -> Duration {
        let now = self.time(now);
        if self.due + self.most() < now {
            // The consumer was idle. No more than a burst is saved.
            self.in_step = false;
            self.due = now - self.saved;
        }
        let due = self.due.max(0) as u128;
        self.due += self.period;
        Duration::from_nanos_u128(due.div_ceil(self.calls as u128))
    }

    /// Adjusts the schedule after a wait that ended at `now`.
    fn waited_until(&mut self, now: Duration) {
        self.in_step = true;
        self.due = self.due.max(self.time(now) - self.most());
    }

    fn most(&self) -> i128 {
        if self.in_step {
            self.saved.max(self.granularity)
        } else {
            self.saved
        }
    }

    fn time(&self, since: Duration) -> i128 {
        since.as_nanos() as i128 * self.calls
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn micros(micros: u64) -> Duration {
        Duration::from_micros(micros)
    }

    fn rate(calls: u32, within: Duration) -> Rate {
        Rate { calls, within }
    }

    /// The number of calls that a busy consumer makes within a time.
    async fn calls_within(time: Duration, limiter: &Limiter) -> u128 {
        let mut calls = 0;
        loop {
            limiter.ready().await;
            if limiter.began.elapsed() > time {
                return calls;
            }
            calls += 1;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_consumer_makes_exactly_as_many_calls_as_its_rate_allows() {
        let second = Duration::from_secs(1);
        for (calls, within) in [
            (1, 7 * second),
            (100, second),
            (999, second),
            (1_001, second),
            (100_000, second),
            (999_983, second),
            (3_000_000, second),
            (7, micros(3)),
        ] {
            // A whole number of milliseconds, because timers count these.
            let time = within.max(second / 10);
            let limiter = Limiter::new(rate(calls, within), 1);
            let due = time.as_nanos() * u128::from(calls) / within.as_nanos();
            // The first call is due at once.
            assert_eq!(calls_within(time, &limiter).await, due + 1, "{calls}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_allows_its_extra_calls_once() {
        let limiter = Limiter::new(rate(100_000, Duration::from_secs(1)), 500);
        assert_eq!(calls_within(Duration::ZERO, &limiter).await, 500);
        // The next call waits until it is due.
        assert_eq!(calls_within(micros(99_000), &limiter).await, 9_900 - 1);
    }

    #[test]
    fn an_idle_limiter_saves_up_no_more_than_a_burst() {
        for burst in [1, 3] {
            let mut schedule = Schedule::new(rate(100_000, Duration::from_secs(1)), burst as u32);
            for idle in [Duration::ZERO, micros(2_500), Duration::from_secs(100)] {
                // A late wait comes before the idle time.
                schedule.waited_until(idle);
                let long = 2 * idle + micros(5_000);
                for now in [long, long + micros(1_500)] {
                    assert_eq!(at_once(&mut schedule, now), burst, "after {idle:?}");
                }
            }
        }
    }

    /// The number of calls that are due by `now`.
    fn at_once(schedule: &mut Schedule, now: Duration) -> usize {
        (0..).take_while(|_| schedule.next(now) <= now).count()
    }

    #[test]
    fn after_a_late_call_no_more_is_made_up_than_a_timer_may_be_late() {
        let mut schedule = Schedule::new(rate(100_000, Duration::from_secs(1)), 1);
        let now = micros(5_000);
        schedule.next(Duration::ZERO);
        schedule.next(Duration::ZERO);
        schedule.waited_until(now);
        // From 3 ms to 5 ms, both included.
        assert_eq!(at_once(&mut schedule, now), 201);
    }

    #[test]
    fn due_times_are_rounded_up_to_whole_nanoseconds() {
        let mut schedule = Schedule::new(rate(3, Duration::from_secs(1)), 1);
        let due = [(); 4].map(|()| schedule.next(Duration::ZERO).as_nanos());
        assert_eq!(due, [0, 333_333_334, 666_666_667, 1_000_000_000]);
    }

    #[derive(Clone, Debug)]
    struct Step {
        late: u64,
        busy: u64,
    }

    fn steps(late: u64, busy: u64) -> impl Strategy<Value = Vec<Step>> {
        let step = (0..=late, 0..=busy).prop_map(|(late, busy)| Step { late, busy });
        proptest::collection::vec(step, 1..200)
    }

    /// The times of consecutive calls with late timers.
    fn times(rate: Rate, burst: u32, steps: &[Step]) -> Vec<Duration> {
        let mut schedule = Schedule::new(rate, burst);
        let mut now = Duration::ZERO;
        let call = |step: &Step| {
            let due = schedule.next(now);
            if due > now {
                now = due + micros(step.late);
                schedule.waited_until(now);
            }
            let at = now;
            now += micros(step.busy);
            at
        };
        steps.iter().map(call).collect()
    }

    proptest! {
        #[test]
        fn no_span_of_time_has_more_calls_than_the_burst_and_a_late_timer_allow(
            calls in 1..2_000_000_u32,
            burst in 1..20_u32,
            steps in steps(5_000, 3_000),
        ) {
            let rate = rate(calls, Duration::from_secs(1));
            let times = times(rate, burst, &steps);
            let per_call = 1e9 / f64::from(calls);
            let saved = (per_call * f64::from(burst - 1)).max(GRANULARITY.as_nanos() as f64);
            for (first, from) in times.iter().enumerate() {
                for (more, until) in times[first..].iter().enumerate() {
                    let time = (*until - *from).as_nanos() as f64 + saved;
                    prop_assert!(more as f64 <= time / per_call + 1e-6, "{more} in {time}");
                }
            }
        }

        #[test]
        fn a_call_is_late_by_no_more_than_a_timer(calls in 1..2_000_000_u32, steps in steps(2_000, 0)) {
            let rate = rate(calls, Duration::from_secs(1));
            for (call, at) in times(rate, 1, &steps).into_iter().enumerate() {
                let due = Duration::from_secs_f64(call as f64 / f64::from(calls));
                prop_assert!(at <= due + GRANULARITY + Duration::from_nanos(1), "{call} at {at:?}");
            }
        }
    }
}
