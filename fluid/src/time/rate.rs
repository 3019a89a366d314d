//! How often a consumer's function may be called.
//!
//! The generic cell rate algorithm, except for one thing: it knows how late a timer is. A call that had to wait keeps
//! the moment at which it was due, however late it was woken, and those behind it may make that up.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::options::Rate;
use crate::sync::Mutex;
use crate::sync::lock::lock;

/// How late a timer of tokio may be that is not delayed by anything else: it counts whole milliseconds, and so does what
/// it waits with.
const GRANULARITY: Duration = Duration::from_millis(2);

/// What all lanes of a consumer, and all its lives, share.
pub(crate) struct Limiter {
    /// The clock of the runtime, which a test may stop, from the first call on.
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
    /// It is counted before the wait: of a wait that is cut off, one call is lost.
    pub(crate) async fn ready(&self) {
        let now = self.began.elapsed();
        let due = lock(&self.schedule).next(now);
        if due > now {
            sleep_until(self.began + due).await;
            lock(&self.schedule).waited_until(self.began.elapsed());
        }
    }
}

/// When calls are due. All times are since the first of them, in nanoseconds times the calls of the rate: so the time
/// between two calls is a whole number at any rate, and nothing is lost by rounding.
struct Schedule {
    calls: i128,
    /// The time between two calls.
    period: i128,
    /// How late a call may be without being put off: so much is saved for a burst.
    saved: i128,
    /// How late it may be if a timer may have made it so.
    granularity: i128,
    /// When the next call is due.
    due: i128,
    /// Since the last wait, no call was later than a timer may be.
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

    /// Takes the next call. Returns when it is due, which may be over.
    fn next(&mut self, now: Duration) -> Duration {
        let now = self.time(now);
        if self.due + self.most() < now {
            // There was nothing to call for, and nothing is saved for that but a burst.
            self.in_step = false;
            self.due = now - self.saved;
        }
        let due = self.due.max(0) as u128;
        self.due += self.period;
        Duration::from_nanos_u128(due.div_ceil(self.calls as u128))
    }

    /// A call had to wait, and is made now.
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

    /// How many calls are made within a time by one who does nothing else.
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
            // A whole number of milliseconds, at which the timers ring.
            let time = within.max(second / 10);
            let limiter = Limiter::new(rate(calls, within), 1);
            let due = time.as_nanos() * u128::from(calls) / within.as_nanos();
            // One is due at once.
            assert_eq!(calls_within(time, &limiter).await, due + 1, "{calls}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_allows_its_extra_calls_once() {
        let limiter = Limiter::new(rate(100_000, Duration::from_secs(1)), 500);
        assert_eq!(calls_within(Duration::ZERO, &limiter).await, 500);
        // The next one was due after that, and waits.
        assert_eq!(calls_within(micros(99_000), &limiter).await, 9_900 - 1);
    }

    #[test]
    fn an_idle_limiter_saves_up_no_more_than_a_burst() {
        for burst in [1, 3] {
            let mut schedule = Schedule::new(rate(100_000, Duration::from_secs(1)), burst as u32);
            for idle in [Duration::ZERO, micros(2_500), Duration::from_secs(100)] {
                // A wait that was late, before that.
                schedule.waited_until(idle);
                let long = 2 * idle + micros(5_000);
                for now in [long, long + micros(1_500)] {
                    assert_eq!(at_once(&mut schedule, now), burst, "after {idle:?}");
                }
            }
        }
    }

    /// How many calls are due by `now`.
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

    /// When the calls are made, one after the other, with timers that are late.
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
