//! How often a consumer's function may be called.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::{Instant, sleep};

use crate::options::Rate;

/// What all lanes of a consumer, and all its lives, share.
pub(crate) struct Limiter {
    limiter: RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Nanos>>,
    clock: Ticks,
}

/// The clock of the runtime, which a test may stop. It begins with the first call.
#[derive(Clone)]
struct Ticks(Instant);

impl Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        // A clock of 64 bits of nanoseconds lasts 584 years.
        Nanos::from(self.0.elapsed().as_nanos() as u64)
    }
}

impl Limiter {
    pub(crate) fn new(rate: Rate, burst: u32) -> Self {
        let clock = Ticks(Instant::now());
        let period = rate.within.div_f64(f64::from(rate.calls));
        let period = period.max(Duration::from_nanos(1));
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(period).map(|quota| quota.allow_burst(burst));
        let quota = quota.unwrap_or_else(|| Quota::per_second(NonZeroU32::MAX));
        Self {
            limiter: RateLimiter::direct_with_clock(quota, clock.clone()),
            clock,
        }
    }

    /// Waits until a call may be made, and counts it.
    pub(crate) async fn ready(&self) {
        while let Err(too_early) = self.limiter.check() {
            sleep(too_early.wait_time_from(self.clock.now())).await;
        }
    }
}
