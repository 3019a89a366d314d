//! Workers that behave as their member of the case says, and check their own calls.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use fluid::{
    ConsumerHandle, Context, Error, Failed, GroupHandle, Slot, Worker, WorkerHandle, Workers,
    by_hand::{EachBatch, EachMessage, Io, Nothing, Stage},
};
use tokio::time::sleep;

use super::case::{Case, Member, Role};
use crate::support::{Each, ms};

#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The member that emitted it, and its number among the messages of that member.
    pub(super) from: usize,
    pub(super) seq: u64,
    pub(super) key: u64,
}

/// The record of one member, shared by all workers that are built for it.
pub(super) struct Shared {
    place: usize,
    case: Case,
    group: GroupHandle,
    ends: Arc<Mutex<Vec<usize>>>,
    pub(super) alive: AtomicU64,
    /// The number of messages sent from outside.
    pub(super) public: AtomicU64,
    /// The number of messages that its calls returned.
    pub(super) stamped: AtomicU64,
    /// The number of messages in calls that succeeded.
    pub(super) succeeded: AtomicU64,
    /// The number of restarts before the stop.
    pub(super) restarts: AtomicU64,
    /// The violations that were noticed.
    pub(super) violations: Mutex<Vec<String>>,
    inside: Mutex<BTreeMap<u64, u64>>,
    /// The attempts of each message.
    pub(super) attempts: Mutex<BTreeMap<(usize, u64), u32>>,
    /// The last message of each sender, for each key or for all keys together.
    last: Mutex<BTreeMap<(usize, u64), u64>>,
}

impl Shared {
    pub(super) fn new(
        place: usize,
        case: &Case,
        group: GroupHandle,
        ends: Arc<Mutex<Vec<usize>>>,
    ) -> Self {
        Self {
            place,
            case: case.clone(),
            group,
            ends,
            alive: AtomicU64::new(0),
            public: AtomicU64::new(0),
            stamped: AtomicU64::new(0),
            succeeded: AtomicU64::new(0),
            restarts: AtomicU64::new(0),
            violations: Mutex::default(),
            inside: Mutex::default(),
            attempts: Mutex::default(),
            last: Mutex::default(),
        }
    }

    pub(super) fn member(&self) -> &Member {
        &self.case.members[self.place]
    }

    fn begun(&self, ctx: &Context) {
        if !self.group.is_stopping() {
            self.restarts.fetch_max(ctx.restarts(), Ordering::SeqCst);
        }
    }

    /// The next message to emit.
    fn stamp(&self, key: u64) -> Item {
        let seq = self.stamped.fetch_add(1, Ordering::SeqCst);
        Item {
            from: self.place,
            seq,
            key,
        }
    }

    /// Notes a violation. A panic would be one more fault, which the runtime answers.
    fn expect(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.violations.lock().unwrap().push(what());
        }
    }

    /// Checks the input of a call.
    fn look_at(&self, items: &[Item], attempt: u32) {
        let member = self.member();
        self.expect(attempt <= member.retry + 1, || format!("attempt {attempt}"));
        let of_one_key = items.iter().all(|item| item.key == items[0].key);
        let keyed = member.role == (Role::Heap { keyed: true });
        self.expect(of_one_key || !keyed, || {
            format!("keys in a batch: {items:?}")
        });
        for item in items {
            let mut attempts = self.attempts.lock().unwrap();
            let attempts = attempts.entry((item.from, item.seq)).or_default();
            *attempts += 1;
            self.expect(*attempts == attempt, || {
                format!("{item:?} has {attempts} attempts")
            });
            if attempt == 1 {
                self.look_at_order(item);
            }
        }
    }

    /// Messages of one sender are handled in the order of sending; in a keyed consumer, those of one key. Competing lanes
    /// keep no order.
    fn look_at_order(&self, item: &Item) {
        let orderly = |member: &Member| member.lanes == 1 || member.role.keyed();
        let sender = self.case.members.get(item.from);
        if !orderly(self.member()) || !sender.is_none_or(orderly) {
            return;
        }
        let mut last = self.last.lock().unwrap();
        let before = last.insert((item.from, item.key), item.seq);
        self.expect(before < Some(item.seq), || {
            format!("{item:?} after {before:?}")
        });
    }

    /// Notes that a call begins, and that no other call overlaps it unless lanes allow that.
    fn enter(&self, key: u64) -> Inside<'_> {
        let member = self.member();
        let mut inside = self.inside.lock().unwrap();
        let of_key = inside.entry(key).or_default();
        *of_key += 1;
        let alone = *of_key == 1;
        self.expect(alone || !member.role.keyed(), || {
            format!("calls of {key} overlap")
        });
        let all: u64 = inside.values().sum();
        self.expect(all <= member.lanes as u64, || {
            format!("{all} calls overlap")
        });
        Inside(self, key)
    }

    /// One call: takes some time, and then succeeds or fails as the case says.
    async fn act(&self, items: &[Item], attempt: u32) -> Result<Vec<Item>, Error> {
        self.look_at(items, attempt);
        let _inside = self.enter(items[0].key);
        let member = self.member();
        sleep(ms(fastrand::u64(0..=member.pause))).await;
        let dice = fastrand::u32(0..1000);
        if dice < member.errors {
            return Err("a fault".into());
        } else if dice < member.errors + member.panics {
            // Raised without the panic hook, whose output would hide everything else on the console.
            std::panic::resume_unwind(Box::new("a fault"));
        } else if dice < member.errors + member.panics + member.hangs {
            std::future::pending::<()>().await;
        }
        self.succeeded
            .fetch_add(items.len() as u64, Ordering::SeqCst);
        let copies = items
            .iter()
            .flat_map(|item| std::iter::repeat_n(item.key, member.copies));
        Ok(copies.map(|key| self.stamp(key)).collect())
    }
}

struct Inside<'a>(&'a Shared, u64);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        *self.0.inside.lock().unwrap().get_mut(&self.1).unwrap() -= 1;
    }
}

/// Is dropped with the worker that holds it.
struct Alive(Arc<Shared>);

impl Alive {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.alive.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(shared))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, Ordering::SeqCst);
        self.0.ends.lock().unwrap().push(self.0.place);
    }
}

/// Emits its messages; a restart continues with the next one.
pub(super) struct Source(Alive);

impl Worker for Source {
    type Message = Nothing;
    type Output = Item;
    type Ports = ();

    async fn on_startup(&mut self, ctx: &Context) -> Result<(), Error> {
        self.0.0.begun(ctx);
        Ok(())
    }

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        let shared = &*self.0.0;
        let member = shared.member();
        while ctx.is_running() && shared.stamped.load(Ordering::SeqCst) < member.public {
            ctx.sleep(ms(fastrand::u64(0..=member.pause))).await;
            let dice = fastrand::u32(0..1000);
            if dice < member.errors {
                return Err("a fault".into());
            } else if dice < member.errors + member.panics {
                std::panic::resume_unwind(Box::new("a fault"));
            }
            // The refusing consumer counts a refused message.
            let _ = io.output.send(shared.stamp(fastrand::u64(0..7))).await;
        }
        Ok(())
    }
}

macro_rules! stage {
    ($name:ident, $input:ty, $calls:ty, $items:expr) => {
        pub(super) struct $name<const KEYED: bool>(Alive);

        impl<const KEYED: bool> Worker for $name<KEYED> {
            type Message = Item;
            type Output = Item;
            type Ports = ();

            const KEY: Option<fn(&Item) -> u64> = if KEYED { Some(|item| item.key) } else { None };
            const COPY: Option<fn(&Item) -> Item> = Some(Item::clone);

            async fn on_startup(&mut self, ctx: &Context) -> Result<(), Error> {
                self.0.0.begun(ctx);
                Ok(())
            }

            async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
                fluid::__private::run(self, ctx, io).await
            }
        }

        impl<const KEYED: bool> Stage for $name<KEYED> {
            type Input = $input;
            type Emission = Vec<Item>;
            type Calls = $calls;

            async fn call(
                &mut self,
                input: $input,
                ctx: &Context,
                (): &(),
            ) -> Result<Vec<Item>, Error> {
                let items: fn($input) -> Vec<Item> = $items;
                self.0.0.act(&items(input), ctx.attempt()).await
            }
        }
    };
}

stage!(Part, Item, EachMessage, |item| vec![item]);
stage!(Heap, Vec<Item>, EachBatch, |items| items);

/// The slot of a member, for each type of worker.
pub(super) enum Any {
    Source(Slot<Source>),
    Part(Slot<Part<false>>),
    KeyedPart(Slot<Part<true>>),
    Heap(Slot<Heap<false>>),
    KeyedHeap(Slot<Heap<true>>),
}

/// Runs the same code with the slot of any type.
macro_rules! with {
    ($any:expr, $seat:ident => $do:expr, source => $otherwise:expr) => {
        match $any {
            Any::Source(_) => $otherwise,
            Any::Part($seat) => $do,
            Any::KeyedPart($seat) => $do,
            Any::Heap($seat) => $do,
            Any::KeyedHeap($seat) => $do,
        }
    };
}

impl Any {
    pub(super) fn sit(workers: &mut Workers, shared: &Arc<Shared>) -> Self {
        let (name, member) = (shared.place.to_string(), shared.member());
        let options = member.options;
        let made = Arc::clone(shared);
        let alive = move || Alive::new(&made);
        match member.role {
            Role::Source => Self::Source(workers.add_with(&name, options, move || Source(alive()))),
            Role::Part { keyed: false } => {
                Self::Part(workers.add_with(&name, options, move || Part(alive())))
            }
            Role::Part { keyed: true } => {
                Self::KeyedPart(workers.add_with(&name, options, move || Part(alive())))
            }
            Role::Heap { keyed: false } => {
                Self::Heap(workers.add_with(&name, options, move || Heap(alive())))
            }
            Role::Heap { keyed: true } => {
                Self::KeyedHeap(workers.add_with(&name, options, move || Heap(alive())))
            }
        }
    }

    pub(super) fn broadcast(&self, workers: &mut Workers) {
        match self {
            Self::Source(seat) => workers.broadcast(seat),
            any => with!(any, seat => workers.broadcast(seat), source => {}),
        }
    }

    pub(super) fn connect(&self, workers: &mut Workers, to: &Self) {
        with!(to, to => match self {
            Self::Source(from) => workers.connect(from, to),
            any => with!(any, from => workers.connect(from, to), source => {}),
        }, source => unreachable!("no edge leads to a source"));
    }

    pub(super) fn wire_failed<F>(
        &self,
        workers: &mut Workers,
        graves: &Slot<Each<Failed<Item>, Nothing, F>>,
    ) where
        Each<Failed<Item>, Nothing, F>: Worker<Message = Failed<Item>>,
    {
        with!(self, seat => {
            workers.connect(seat.failed(), graves);
        }, source => {});
    }

    pub(super) fn consumer(&self) -> Option<ConsumerHandle<Item>> {
        with!(self, seat => Some(seat.handle()), source => None)
    }

    pub(super) fn worker(&self) -> WorkerHandle {
        match self {
            Self::Source(seat) => seat.worker().clone(),
            any => with!(any, seat => seat.worker().clone(), source => unreachable!()),
        }
    }
}
