//! A supervisor and its members in every order of threads. The supervisor and each member have a thread of their
//! own.

use std::sync::OnceLock;

use tokio::runtime::Runtime;

use super::*;
use crate::error::Error;
use crate::group::handle::GroupHandle;
use crate::group::slot::Slot;
use crate::lifecycle::incarnation::run_to_exit;
use crate::lifecycle::launch::{Build, Launch, PendingIo, PendingWorker, ReadyWorker};
use crate::lifecycle::run_mode::Standalone;
use crate::node::context::Context;
use crate::options::Options;
use crate::report::exit::Exit;
use crate::report::ledger::Counts;
use crate::state::Kind;
use crate::state::Nothing;
use crate::sync::Mutex;
use crate::sync::blocking::block_on;
use crate::sync::lock::lock;
use crate::sync::loom_types::explore_incarnations;
use crate::sync::thread::{self, JoinHandle};
use crate::worker::{Io, Worker};

/// The threads of the members.
type Threads = Arc<Mutex<Vec<JoinHandle<()>>>>;

/// Launches a member on a thread that loom observes, instead of a task.
struct OnAThread<W: Worker>(PendingWorker<W>, Threads);

impl<W: Worker> Launch for OnAThread<W> {
    fn launch(self: Box<Self>, _: LaunchContext) {
        let Self(pending, threads) = *self;
        let PendingWorker { node, build, ends } = pending;
        let PendingIo { io, .. } = lock(&ends).take().unwrap();
        let ready = ReadyWorker { node, build, io };
        let thread = thread::spawn(move || block_on(run_to_exit(ready, Standalone)));
        lock(&threads).push(thread);
    }
}

/// A group, driven without the timers of a runtime.
struct Driven {
    handle: GroupHandle,
    supervisor: Supervisor,
    threads: Threads,
}

impl Driven {
    fn new(strategy: Restart) -> Self {
        // No task is spawned on it.
        static RUNTIME: OnceLock<Runtime> = OnceLock::new();
        let new = || tokio::runtime::Builder::new_current_thread().build();
        let runtime = RUNTIME.get_or_init(|| new().unwrap());
        let (events_of_members, events) = mpsc::unbounded_channel();
        let node = Node::new("group".into(), Kind::Group, Options::new(), None, vec![]);
        let handle = GroupHandle::new(node, events_of_members);
        let setup = Setup {
            hooks: Hooks::default(),
            grace: None,
            restart: Some(strategy.backoff(Duration::ZERO, Duration::ZERO)),
            above: None,
        };
        let supervisor = Supervisor::new(
            Arc::clone(handle.node()),
            events,
            setup,
            runtime.handle().clone(),
        );
        Self {
            handle,
            supervisor,
            threads: Threads::default(),
        }
    }

    fn add<W: Worker>(
        &mut self,
        id: MemberId,
        build: impl FnMut() -> W + Send + 'static,
    ) -> Slot<W> {
        let build = Build::anew(build);
        let (slot, pending) =
            Slot::new("member".into(), id, &self.handle, W::OPTIONS.into(), build);
        let node = Arc::clone(&pending.node);
        let stop = node.options.stop;
        node.join(
            self.handle.node(),
            self.handle.as_parent(),
            id,
            "member".into(),
            stop,
        );
        let launch = Box::new(OnAThread(pending, Arc::clone(&self.threads)));
        self.supervisor
            .take_in(Box::new(Entry::new(id, node, None, launch)));
        self.supervisor.launch(id);
        slot
    }

    /// Handles all events until every member has ended, like `supervise`, but without a runtime.
    fn drive(self) {
        let (mut supervisor, threads) = (self.supervisor, self.threads);
        // loom does not observe which thread drops an `Arc` last, so the run controls are kept until all threads
        // have ended.
        let mut run_controls = Vec::new();
        while supervisor.drain.live() > 0 {
            let event = block_on(supervisor.events.recv());
            run_controls.extend(supervisor.members.values().map(|m| m.node.run_control()));
            supervisor.answer(event.unwrap());
            supervisor.answer_deadlines();
            supervisor.restart_next();
            if supervisor.has_started()
                && let Some(cause) = supervisor.stop_after_start.take()
            {
                supervisor.begin_stop(cause);
            }
        }
        let threads = std::mem::take(&mut *lock(&threads));
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    }
}

/// Fails at the first message, and handles the others.
struct FailsAtFirst;

impl Worker for FailsAtFirst {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(message) = io.queue.next().await {
            assert_eq!(ctx.restarts(), message, "one incarnation for each message");
            if message == 0 {
                return Err("failed".into());
            }
        }
        Ok(())
    }
}

#[test]
fn a_consumer_asked_to_stop_before_its_restart_handles_its_remaining_messages() {
    explore_incarnations(|| {
        let mut group = Driven::new(Restart::one_for_one());
        let slot = group.add(0, || FailsAtFirst);
        for message in [0, 1] {
            assert!(slot.try_send(message).is_ok());
        }
        let node = Arc::clone(slot.node());
        let asks = thread::spawn({
            let node = Arc::clone(&node);
            move || node.ask_to_stop(None)
        });
        group.drive();
        asks.join().unwrap();
        let counts = node.exit().and_then(Exit::counts).unwrap();
        let expected = Counts {
            accepted: 2,
            done: 1,
            failed: 1,
            lost: 1,
            ..Counts::default()
        };
        assert_eq!(counts, expected);
        assert_eq!(node.state(), State::Stopped);
    });
}

/// Fails in its first incarnation, and finishes in the second, which stops the group.
struct FailsOnce;

impl Worker for FailsOnce {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        match ctx.restarts() {
            0 => Err("failed".into()),
            _ => Ok(()),
        }
    }
}

/// Handles messages.
struct Handles;

impl Worker for Handles {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while io.queue.next().await.is_some() {}
        Ok(())
    }
}

#[test]
fn a_consumer_that_is_restarted_along_with_another_keeps_its_messages() {
    explore_incarnations(|| {
        let mut group = Driven::new(Restart::one_for_all());
        group.add(0, || FailsOnce);
        let along = group.add(1, || Handles);
        assert!(along.try_send(1).is_ok());
        let node = Arc::clone(along.node());
        group.drive();
        assert_eq!(node.exit().and_then(Exit::counts).unwrap().done, 1);
    });
}

/// Finishes at once.
struct Done;

impl Worker for Done {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        // The worker was not asked to stop.
        assert!(ctx.node().state() < State::Stopping);
        Ok(())
    }
}

#[test]
fn a_worker_that_finishes_while_it_is_restarted_either_ends_or_runs_again() {
    explore_incarnations(|| {
        let mut group = Driven::new(Restart::one_for_all());
        let fails = group.add(0, || FailsAtFirst);
        let done = group.add(1, || Done);
        assert!(fails.try_send(0).is_ok());
        let node = Arc::clone(done.node());
        group.drive();
        assert!(!node.exit().unwrap().cause().is_failure());
    });
}
