//! Workers that are added to a running group together, with edges between them and to running consumers.

use std::collections::BTreeMap;
use std::future::Future;

use crate::error::{Error, ExtendError};
use crate::graph::levels::levels;
use crate::group::edge::{EdgeStart, OutputStart, edge_origin, no_feedback_saves};
use crate::group::handle::GroupHandle;
use crate::group::rule::{CanBeCopied, IsConsumedBy};
use crate::group::slot::Slot;
use crate::group::worker_handle::ConsumerHandle;
use crate::group::workers::default_name;
use crate::lifecycle::launch::Build;
use crate::node::MemberId;
use crate::node::context::Context;
use crate::options::Options;
use crate::queue::{Output, SendOrigin};
use crate::rules::Rule;
use crate::state::Nothing;
use crate::supervisor::{Entries, Event};
use crate::sync::mpsc;
use crate::worker::{Io, Worker};

/// Workers and edges that are added to a group together, see [`GroupHandle::extend`]. The methods are those of
/// [`Workers`](crate::Workers).
///
/// An edge starts at a new worker. It ends at a new one, or at any consumer of the group.
#[derive(Debug)]
pub struct Extension {
    group: GroupHandle,
    /// The handle by which members are added. It has events of its own, which are kept until all edges are drawn.
    adding: GroupHandle,
    events: mpsc::UnboundedReceiver<Event>,
    edges: Vec<(MemberId, MemberId)>,
    /// An edge from a worker that stops last to one that stops before.
    reversed: Option<ExtendError>,
}

impl Extension {
    /// Adds a worker. See [`Workers::add`](crate::Workers::add).
    pub fn add<W: Worker>(&mut self, worker: W) -> Slot<W> {
        let () = Build::<W>::CHECK_BY_VALUE;
        let options = const { &W::OPTIONS }.into();
        let build = Build::by_value(worker);
        self.adding.take_seat(&default_name::<W>(), options, build)
    }

    /// Adds a worker with a name and options. See [`Workers::add_with`](crate::Workers::add_with).
    pub fn add_with<W: Worker>(
        &mut self,
        name: &str,
        options: Options,
        build: impl FnMut() -> W + Send + 'static,
    ) -> Slot<W> {
        let options = W::OPTIONS.merged(options).into();
        let build = Build::anew(build);
        self.adding.take_seat(name, options, build)
    }

    /// Adds a worker that is made asynchronously. See [`Workers::add_async`](crate::Workers::add_async).
    pub fn add_async<W: Worker, F>(
        &mut self,
        name: &str,
        options: Options,
        build: impl FnMut() -> F + Send + 'static,
    ) -> Slot<W>
    where
        F: Future<Output = Result<W, Error>> + Send + 'static,
    {
        let options = W::OPTIONS.merged(options).into();
        self.adding.take_seat(name, options, Build::later(build))
    }

    /// Draws an edge. See [`Workers::connect`](crate::Workers::connect). `to` is the slot of a new worker, or the handle of
    /// any consumer of the group.
    ///
    /// If the consumer has ended, it refuses what is sent, which counts as unsent.
    ///
    /// # Panics
    ///
    /// If an edge starts at this output already, and [`broadcast`](Self::broadcast) was not called; if `from` is not a new
    /// worker, or `to` is no worker of this group.
    pub fn connect<S, M, O, K>(&mut self, from: S, to: &ConsumerHandle<M>)
    where
        S: EdgeStart<Sent = O, Kind = K>,
        M: Send + 'static,
        Rule: IsConsumedBy<O, ConsumerOf<M>, M, K>,
    {
        let edge = (from.slot().id, self.member(to));
        from.slot().check(&self.adding);
        let (last, fed) = (from.slot().worker(), to.worker());
        if last.node().stops_last() && !fed.node().stops_last() {
            self.reversed = Some(ExtendError::Reversed {
                last: last.worker_name().into(),
                fed: fed.worker_name().into(),
            });
        }
        let origin = edge_origin(&from, to);
        from.attach::<ConsumerOf<M>, M>(to.sender().at(origin));
        self.edges.push(edge);
    }

    /// Draws a feedback edge. See [`Workers::feedback`](crate::Workers::feedback).
    ///
    /// # Panics
    ///
    /// Like [`connect`](Self::connect).
    pub fn feedback<S, M, O, K>(&mut self, from: S, to: &ConsumerHandle<M>)
    where
        S: EdgeStart<Sent = O, Kind = K>,
        M: Send + 'static,
        Rule: IsConsumedBy<O, ConsumerOf<M>, M, K>,
    {
        self.member(to);
        from.slot().check(&self.adding);
        no_feedback_saves(&from);
        from.attach::<ConsumerOf<M>, M>(to.sender().at(SendOrigin::Feedback));
    }

    /// Lets several edges start at an output or a port. See [`Workers::broadcast`](crate::Workers::broadcast).
    ///
    /// # Panics
    ///
    /// If it is not that of a new worker.
    pub fn broadcast<S: OutputStart>(&mut self, from: S)
    where
        Rule: CanBeCopied<S::Emitted>,
    {
        from.slot().check(&self.adding);
        from.open(Rule::copies);
    }

    /// Throws away what leaves at an output or a port. See [`Workers::discard`](crate::Workers::discard).
    ///
    /// # Panics
    ///
    /// If it is not that of a new worker.
    pub fn discard<S: OutputStart>(&mut self, from: S) {
        from.slot().check(&self.adding);
        from.open(Output::discard);
    }

    pub(crate) fn new(group: &GroupHandle) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        Self {
            adding: group.with_events(sender),
            group: group.clone(),
            events,
            edges: Vec::new(),
            reversed: None,
        }
    }

    /// The identifier of a consumer of the group.
    fn member<M>(&self, consumer: &ConsumerHandle<M>) -> MemberId {
        let node = consumer.worker().node();
        let member = node
            .member_id()
            .filter(|_| node.is_member_of(self.group.node()));
        member.unwrap_or_else(|| {
            panic!(
                "`{}` is no worker of `{}`, so no edge of it can start or end there",
                node.name(),
                self.group.worker_name()
            )
        })
    }

    /// Adds all members to the group, which starts them, sinks first.
    pub(crate) fn finish(mut self) -> Result<(), ExtendError> {
        let entries = self.take_entries();
        let mut feeds: BTreeMap<MemberId, Vec<MemberId>> = entries
            .iter()
            .map(|entry| (entry.id(), Vec::new()))
            .collect();
        for &(from, to) in &self.edges {
            if feeds.contains_key(&to)
                && let Some(fed) = feeds.get_mut(&from)
                && !fed.contains(&to)
            {
                fed.push(to);
            }
        }
        if let Some(reversed) = self.reversed.take() {
            self.group.give_up(entries);
            return Err(reversed);
        }
        let edges = std::mem::take(&mut self.edges);
        let (entries, error) = match levels(&feeds) {
            Ok(levels) => match self.group.add_all(entries, levels, edges) {
                Ok(()) => return Ok(()),
                Err(entries) => (
                    entries,
                    ExtendError::Stopping(self.group.refuses("a worker")),
                ),
            },
            Err(cycle) => {
                let on_cycle = entries.iter().filter(|entry| cycle.contains(&entry.id()));
                let names: Vec<_> = on_cycle.map(|entry| entry.worker_name()).collect();
                let error = ExtendError::Cycle(names.join(", ").into());
                (entries, error)
            }
        };
        self.group.give_up(entries);
        Err(error)
    }

    fn take_entries(&mut self) -> Entries {
        let events = std::iter::from_fn(|| self.events.try_recv().ok());
        let entries = events.filter_map(|event| match event {
            Event::Add(entry) => Some(entry),
            _ => None,
        });
        entries.collect()
    }
}

/// If the members were not added, because the code that adds them has panicked, they end.
impl Drop for Extension {
    fn drop(&mut self) {
        let entries = self.take_entries();
        self.group.give_up(entries);
    }
}

/// Any consumer of `M`, in the bounds of an edge that ends at its handle.
#[derive(Debug)]
pub struct ConsumerOf<M>(std::marker::PhantomData<fn(M)>);

impl<M: Send + 'static> Worker for ConsumerOf<M> {
    type Message = M;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        unreachable!("it stands only in bounds")
    }
}
