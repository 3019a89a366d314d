//! A random group: its members, their edges and the faults that are injected.

use std::ops::Range;

use fluid::{OnError, OnExit, OnStall, Options, Overflow, Restart};

use crate::support::ms;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Source,
    /// One call handles one message.
    Part {
        keyed: bool,
    },
    /// One call handles one batch.
    Heap {
        keyed: bool,
    },
}

impl Role {
    pub(super) fn keyed(self) -> bool {
        matches!(
            self,
            Self::Part { keyed: true } | Self::Heap { keyed: true }
        )
    }
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) role: Role,
    pub(super) lanes: usize,
    pub(super) retry: u32,
    pub(super) failed_wired: bool,
    /// The later members that this member feeds.
    pub(super) feeds: Vec<usize>,
    /// The number of messages sent from outside; for a source, the number it emits.
    pub(super) public: u64,
    /// The number of copies of each message that it emits.
    pub(super) copies: usize,
    /// The longest time that a call takes.
    pub(super) pause: u64,
    /// For each kind of fault, the number of calls in a thousand that fail with it.
    pub(super) errors: u32,
    pub(super) panics: u32,
    pub(super) hangs: u32,
    /// What happens to a call without a sign of life, if the member has a `stall`.
    pub(super) on_stall: Option<OnStall>,
    pub(super) on_error: Option<OnError>,
    pub(super) options: Options,
}

#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) members: Vec<Member>,
    pub(super) restart: Option<Restart>,
    pub(super) max_restarts: u32,
    pub(super) one_for_one: bool,
    pub(super) stop_after: u64,
    pub(super) grace: u64,
}

/// A grace period within which every member ends that does not hang.
const PATIENT: u64 = 3_600_000;

impl Case {
    pub(super) fn random(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let count = rng.usize(1..6);
        // In a third of the cases no member hangs.
        let hangs = rng.u32(0..3) > 0;
        let grace = if rng.bool() {
            PATIENT
        } else {
            rng.u64(0..3000)
        };
        // A call may hang for an hour of paused time. A short stall would be checked every few milliseconds of it.
        let stall = if hangs && grace == PATIENT {
            500..4000
        } else {
            5..40
        };
        let mut members: Vec<_> = (0..count)
            .map(|place| member(&mut rng, place, count, hangs, stall.clone()))
            .collect();
        let is_source: Vec<_> = members
            .iter()
            .map(|member| member.role == Role::Source)
            .collect();
        for member in &mut members {
            // A source has no incoming edge.
            member.feeds.retain(|&to| !is_source[to]);
        }
        let max_restarts = rng.u32(0..12);
        let whom = rng.usize(0..4);
        let restart = [
            None,
            Some(Restart::one_for_one()),
            Some(Restart::one_for_all()),
            Some(Restart::rest_for_one()),
        ][whom];
        let restart = restart.map(|restart| {
            let restart = restart.max_restarts(max_restarts).within(ms(10 * PATIENT));
            restart.backoff(ms(rng.u64(0..20)), ms(rng.u64(20..200)))
        });
        Self {
            members,
            restart,
            max_restarts,
            one_for_one: whom == 1,
            stop_after: rng.u64(0..2000),
            grace,
        }
    }

    /// Whether no member has to be forced to end: its stall cuts off a call that hangs.
    pub(super) fn is_calm(&self) -> bool {
        let ends = |member: &Member| member.hangs == 0 || member.is_cut_off();
        self.grace == PATIENT && self.members.iter().all(ends)
    }

    pub(super) fn feeders(&self, to: usize) -> impl Iterator<Item = usize> {
        let feeds = move |(_, member): &(usize, &Member)| member.feeds.contains(&to);
        self.members
            .iter()
            .enumerate()
            .filter(feeds)
            .map(|(from, _)| from)
    }
}

impl Member {
    /// Whether a call that hangs is cut off.
    pub(super) fn is_cut_off(&self) -> bool {
        self.on_stall == Some(OnStall::Restart)
    }
}

fn member(
    rng: &mut fastrand::Rng,
    place: usize,
    count: usize,
    hangs: bool,
    stall: Range<u64>,
) -> Member {
    let keyed = rng.bool();
    let role = match rng.u32(0..8) {
        0 | 1 => Role::Source,
        2..=4 => Role::Part { keyed },
        _ => Role::Heap { keyed },
    };
    let is_source = role == Role::Source;
    let lanes = if is_source || rng.bool() {
        1
    } else {
        rng.usize(2..5)
    };
    let retry = if is_source || rng.bool() {
        0
    } else {
        rng.u32(1..4)
    };
    let on_error = *rng
        .choice(&[
            None,
            Some(OnError::Stop),
            Some(OnError::Skip),
            Some(OnError::Restart),
            Some(OnError::Restart),
        ])
        .unwrap();
    let on_exit = *rng.choice(&[OnExit::Stop, OnExit::Ignore]).unwrap();
    let overflow = *rng
        .choice(&[
            Overflow::Wait,
            Overflow::Wait,
            Overflow::Wait,
            Overflow::DropNewest,
            Overflow::DropOldest,
        ])
        .unwrap();
    let capacity = if rng.bool() {
        rng.usize(1..5)
    } else {
        rng.usize(5..200)
    };
    let fails = rng.u32(0..3) > 0;
    let one_of = |rng: &mut fastrand::Rng, most: u32| if fails { rng.u32(0..most) } else { 0 };
    let mut options = Options::new()
        .concurrency(lanes)
        .capacity(capacity)
        .overflow(overflow)
        .retry(retry)
        .backoff(ms(rng.u64(0..50)), ms(rng.u64(50..500)))
        .on_exit(on_exit);
    if let Some(on_error) = on_error {
        options = options.on_error(on_error);
    }
    if rng.bool() {
        options = options.linger(ms(rng.u64(0..40)));
    }
    if rng.bool() {
        options = options.batch(rng.usize(1..40));
    }
    if rng.u32(0..8) == 0 {
        options = options.timeout(ms(rng.u64(5..40)));
    }
    let on_stall = *rng
        .choice(&[None, Some(OnStall::Report), Some(OnStall::Restart)])
        .unwrap();
    if let Some(on_stall) = on_stall {
        // A call that is only slow may stall as well.
        options = options.stall(ms(rng.u64(stall))).on_stall(on_stall);
    }
    Member {
        role,
        lanes,
        retry,
        failed_wired: !is_source && rng.bool(),
        feeds: (place + 1..count).filter(|_| rng.bool()).collect(),
        public: rng.u64(0..60),
        copies: rng.usize(0..4),
        pause: rng.u64(0..12),
        errors: one_of(rng, 120),
        panics: one_of(rng, 40),
        hangs: if hangs { one_of(rng, 15) } else { 0 },
        on_stall,
        on_error,
        options,
    }
}
