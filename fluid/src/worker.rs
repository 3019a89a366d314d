//! The trait that everything with a lifecycle implements.

pub(crate) mod attempt;
pub(crate) mod call;
pub(crate) mod downstream;
pub(crate) mod function;
pub(crate) mod loops;
pub(crate) mod return_value;
pub(crate) mod stage;

use std::future::Future;
use std::sync::Arc;

use crate::error::Error;
use crate::graph::Form;
use crate::node::Node;
use crate::node::context::Context;
use crate::options::Options;
use crate::queue::{Channel, Output, Queue, Tally};
use crate::report::exit::Exit;
use crate::state::Kind;
use crate::time::stall::StallMonitor;
use crate::worker::attempt::{Copy, Failed};
use crate::worker::call::is_silent;

/// A worker: it starts, runs, and stops.
///
/// `#[worker]` and `#[consumer]` implement it for the struct they make of a function. It may as well be
/// implemented by hand; such a type takes part in groups like any other.
///
/// ```
/// use std::time::Duration;
/// use fluid::{Context, Error, Worker, by_hand::{Io, Nothing}};
///
/// /// Emits 1, 2, 3, …
/// struct Counter { next: u64 }
///
/// impl Worker for Counter {
///     type Message = Nothing;
///     type Output = u64;
///     type Ports = ();
///
///     async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
///         while ctx.is_running() {
///             io.output.send(self.next).await?;
///             self.next += 1;
///             ctx.sleep(Duration::from_secs(1)).await;
///         }
///         Ok(())
///     }
/// }
/// ```
///
/// # The hooks
///
/// An incarnation of a worker is `on_startup`, `run`, `on_shutdown` and `after_shutdown`, in this order.
/// If `on_startup` fails, none of the others is called. A panic in any of them is caught and counts as
/// an error. At a forced stop the hook that is being awaited is dropped where it awaits, and no later
/// one is called. The same happens if an incarnation that is to be restarted takes longer than its grace period.
///
/// A restart builds a new worker for the next incarnation. `after_shutdown` is called only after the last one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no worker",
    label = "no function makes `{Self}` a worker",
    note = "`#[worker]` and `#[consumer]` make a worker of a function; its name is that of the function in CamelCase",
    note = "a nested group is a field with an expression: `name: Group = Group::new(db)`"
)]
pub trait Worker: Send + Sized + 'static {
    /// What its queue holds; [`Nothing`](crate::by_hand::Nothing) if it is no consumer.
    type Message: Send + 'static;

    /// What it emits; [`Nothing`](crate::by_hand::Nothing) if it is silent.
    type Output: Send + 'static;

    /// Its named ports, a tuple of [`Output`]s; `()` if it has none.
    type Ports: Ports;

    /// How it runs. A field's options in a group override them.
    const OPTIONS: Options = Options::new();

    /// What tells which messages belong together, as a number that is the same for equal keys: they are handled
    /// in their order, by one lane ([`Options::concurrency`]), and batches are made of each key's messages
    /// alone. `partition_by` sets it.
    const KEY: Option<fn(&Self::Message) -> u64> = None;

    /// How to clone a message for another attempt ([`Options::retry`]). `retry` sets it.
    const COPY: Option<Copy<Self::Message>> = None;

    /// What a message weighs in a batch ([`Options::max_weight`]). `batch_weight` sets it.
    const WEIGHT: Option<fn(&Self::Message) -> usize> = None;

    /// How to build the worker of another lane from one that was added by value ([`Options::concurrency`]).
    /// `concurrency` sets it, for a function without `&mut` parameters. Without it, a worker with several lanes is added
    /// with [`Workers::add_with`](crate::Workers::add_with).
    const BUILD_LANE: Option<fn(&Self) -> Self> = None;

    /// What the type says of itself in [`Graph`](crate::graph::Graph)s and their pictures. The macros write it;
    /// without it, a worker written by hand is drawn without the types of its messages.
    const FORM: Form = Form::UNKNOWN;

    /// Called before `run`. The group counts as started when this has returned for every worker, and for every lane of a
    /// worker with several ([`Options::concurrency`]). No lane runs before that.
    ///
    /// A stop of the worker ends the start: the future is dropped where it awaits, and no other hook is called. A
    /// consumer that has messages in its queue starts all the same, to handle them, within its grace period.
    ///
    /// # Errors
    ///
    /// An error here stops the start of the group. Lanes of the same worker that have started shut down. After a restart
    /// an error is answered like one of `run`.
    fn on_startup(&mut self, ctx: &Context) -> impl Future<Output = Result<(), Error>> + Send {
        let _ = ctx;
        async { Ok(()) }
    }

    /// The work. It should end when `ctx` says so, or, for a consumer, when
    /// [`io.queue`](Io::queue) returns `None`.
    ///
    /// # Errors
    ///
    /// An error is answered by the worker's [`on_error`](Options::on_error), or the strategy of its group
    /// ([`Restart`](crate::Restart)).
    fn run(
        &mut self,
        ctx: &Context,
        io: &mut Io<Self>,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Called after `run`, also after one that failed.
    ///
    /// # Errors
    ///
    /// An error here makes the worker end as failed, if it had not failed already.
    fn on_shutdown(&mut self, ctx: &Context) -> impl Future<Output = Result<(), Error>> + Send {
        let _ = ctx;
        async { Ok(()) }
    }

    /// Called last, with the worker's exit. A panic here makes the worker end as failed, if it had not failed
    /// already.
    fn after_shutdown(&mut self, exit: &Exit) -> impl Future<Output = ()> + Send {
        let _ = exit;
        async {}
    }
}

/// What a worker reads and writes: its queue, its output and its named ports.
#[derive(Debug)]
pub struct Io<W: Worker> {
    /// The queue. A worker whose messages are [`Nothing`](crate::by_hand::Nothing) has an empty one, which ends when the worker
    /// should stop.
    pub queue: Queue<W::Message>,
    /// The default port.
    pub output: Output<W::Output>,
    /// The named ports.
    pub ports: W::Ports,
    /// The port `failed`: where a consumer's messages leave that it gave up on, if it is wired.
    pub failed: Output<Failed<W::Message>>,
    /// The port `undelivered`, if an edge starts there. When the worker is launched, its queue gets it.
    pub(crate) undelivered: Option<Box<Output<W::Message>>>,
    /// How to clone a message, if another attempt or the port `failed` may need it.
    pub(crate) copy: Option<Copy<W::Message>>,
}

impl<W: Worker> Io<W> {
    /// `nothing` is the tally of the ports whose type has no values.
    pub(crate) fn new(
        channel: &Arc<Channel<W::Message>>,
        options: &Options,
        nothing: &Arc<Tally>,
    ) -> Self {
        let tally = |is_silent: bool| {
            if is_silent {
                Arc::clone(nothing)
            } else {
                Arc::default()
            }
        };
        Self {
            queue: Queue::new(channel, 0),
            output: Output::counted_by(tally(is_silent::<W::Output>())),
            ports: W::Ports::new(),
            failed: Output::counted_by(tally(is_silent::<W::Message>())),
            undelivered: None,
            copy: W::COPY.filter(|_| options.retry > 0),
        }
    }

    /// The counts of the ports through which messages can be sent.
    pub(crate) fn tallies(&self) -> Vec<Arc<Tally>> {
        let mut tallies = self.ports.tallies();
        if !is_silent::<W::Output>() {
            tallies.push(self.output.tally());
        }
        if !is_silent::<W::Message>() {
            tallies.push(self.failed.tally());
        }
        tallies
    }

    /// The port `undelivered`. What leaves there is counted with the port `failed`.
    fn undelivered(&mut self) -> &mut Output<W::Message> {
        let tally = self.failed.tally();
        self.undelivered
            .get_or_insert_with(|| Box::new(Output::counted_by(tally)))
    }

    /// Gives the port `undelivered` to the queue, if an edge starts there.
    pub(crate) fn save_undelivered(&mut self, node: &Node) {
        if let Some(port) = self.undelivered.take().filter(|port| port.has_targets())
            && let Some(queue) = &node.queue_control
            && let Ok(channel) = Arc::clone(queue)
                .typed()
                .0
                .downcast::<Channel<W::Message>>()
        {
            channel.save_through(*port);
        }
    }

    /// Prepares the queue and the ports for an incarnation: each use of them counts as progress for the stall monitor.
    pub(crate) fn begin(&mut self, ctx: &Context) {
        if ctx.node().kind == Kind::Worker {
            self.queue.run_control = Some(Arc::clone(ctx.run_control()));
        }
        if let Some(monitor) = ctx.stall_monitor() {
            self.queue.monitor = Some(Arc::clone(monitor));
            self.output.set_monitor(monitor);
            self.ports.set_monitor(monitor);
        }
    }

    /// Lets the ports buffer what is sent. The loop that makes the calls hands it over before it waits.
    pub(crate) fn gather(&mut self) {
        let mut consumers = self.failed.consumers();
        consumers.extend(self.output.consumers());
        consumers.extend(self.ports.consumers());
        self.output.gather(&consumers);
        self.ports.gather(&consumers);
    }

    /// Hands over what the ports have buffered.
    pub(crate) fn hand_over(&mut self) {
        self.output.hand_over_unshared();
        self.ports.hand_over_unshared();
    }

    /// What another lane of the same consumer reads and writes.
    pub(crate) fn lane(&self, channel: &Arc<Channel<W::Message>>, lane: usize) -> Self {
        Self {
            queue: Queue::new(channel, lane),
            output: self.output.share(),
            ports: self.ports.share(),
            failed: self.failed.share(),
            undelivered: None,
            copy: self.copy,
        }
    }
}

/// The named ports of a worker: a tuple of [`Output`]s, or `()`.
pub trait Ports: Sealed + Send + Sync + std::fmt::Debug + 'static {
    /// Ports that lead nowhere yet.
    fn new() -> Self;

    /// The same ports, for another lane.
    #[doc(hidden)]
    fn share(&self) -> Self;

    #[doc(hidden)]
    fn tallies(&self) -> Vec<Arc<Tally>>;

    #[doc(hidden)]
    fn set_monitor(&mut self, monitor: &Arc<StallMonitor>);

    /// The names of the consumers behind the ports.
    #[doc(hidden)]
    fn consumers(&self) -> Vec<Box<str>>;

    /// See [`Output::gather`].
    #[doc(hidden)]
    fn gather(&mut self, consumers: &[Box<str>]);

    #[doc(hidden)]
    fn hand_over(&self);

    /// Like [`hand_over`](Self::hand_over), without a lock.
    #[doc(hidden)]
    fn hand_over_unshared(&mut self);
}

/// Only fluid implements [`Ports`].
pub trait Sealed {}

macro_rules! ports {
    ($($type:ident $index:tt),*) => {
        impl<$($type: Send + 'static),*> Sealed for ($(Output<$type>,)*) {}

        impl<$($type: Send + 'static),*> Ports for ($(Output<$type>,)*) {
            #[allow(clippy::unused_unit, reason = "of no ports")]
            fn new() -> Self {
                ($(Output::<$type>::new(),)*)
            }

            #[allow(clippy::unused_unit, reason = "of no ports")]
            fn share(&self) -> Self {
                ($(self.$index.share(),)*)
            }

            fn tallies(&self) -> Vec<Arc<Tally>> {
                vec![$(self.$index.tally()),*]
            }

            #[allow(unused_variables, reason = "of no ports")]
            fn set_monitor(&mut self, monitor: &Arc<StallMonitor>) {
                $(self.$index.set_monitor(monitor);)*
            }

            fn consumers(&self) -> Vec<Box<str>> {
                let of_each: Vec<Vec<Box<str>>> = vec![$(self.$index.consumers()),*];
                of_each.into_iter().flatten().collect()
            }

            #[allow(unused_variables, reason = "of no ports")]
            fn gather(&mut self, consumers: &[Box<str>]) {
                $(self.$index.gather(consumers);)*
            }

            fn hand_over(&self) {
                $(self.$index.hand_over();)*
            }

            fn hand_over_unshared(&mut self) {
                $(self.$index.hand_over_unshared();)*
            }
        }
    };
}

ports!();
ports!(A 0);
ports!(A 0, B 1);
ports!(A 0, B 1, C 2);
ports!(A 0, B 1, C 2, D 3);
ports!(A 0, B 1, C 2, D 3, E 4);
ports!(A 0, B 1, C 2, D 3, E 4, F 5);
ports!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
ports!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

/// One port of the worker `W`: its name, and where it is among the others.
///
/// `#[worker]` and `#[consumer]` make a function of the port's name that returns it, such as
/// `Parse::rejected()`; a worker written by hand may do the same.
///
/// ```
/// # use fluid::{Context, Error, Worker, by_hand::{Io, Nothing}};
/// use fluid::{Output, by_hand::Port};
///
/// struct Sort;
///
/// impl Sort {
///     pub fn odd() -> Port<Self, u64> {
///         Port::new("odd", |ports: &mut (Output<u64>,)| &mut ports.0)
///     }
/// }
///
/// impl Worker for Sort {
///     type Message = u64;
///     type Output = u64;
///     type Ports = (Output<u64>,);
///
///     async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
///         while let Some(number) = io.queue.next().await {
///             let port = if number % 2 == 0 { &io.output } else { &io.ports.0 };
///             port.send(number).await?;
///         }
///         Ok(())
///     }
/// }
/// ```
pub struct Port<W: Worker, T> {
    name: &'static str,
    find: Find<W, T>,
}

/// Where a port is.
enum Find<W: Worker, T> {
    Named(fn(&mut W::Ports) -> &mut Output<T>),
    /// Beside the named ones.
    PortOutput(fn(&mut Io<W>) -> &mut Output<T>),
}

impl<W: Worker, T> Clone for Find<W, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<W: Worker, T> std::marker::Copy for Find<W, T> {}

impl<W: Worker, T> Port<W, T> {
    /// The port `name`, which `find` finds among the worker's ports.
    pub const fn new(name: &'static str, find: fn(&mut W::Ports) -> &mut Output<T>) -> Self {
        Self {
            name,
            find: Find::Named(find),
        }
    }

    /// The port `failed` of a consumer.
    pub(crate) const fn failed() -> Port<W, Failed<W::Message>> {
        Port {
            name: "failed",
            find: Find::PortOutput(|io| &mut io.failed),
        }
    }

    /// The port `undelivered` of a consumer.
    pub(crate) const fn undelivered() -> Port<W, W::Message> {
        Port {
            name: "undelivered",
            find: Find::PortOutput(Io::undelivered),
        }
    }

    /// The port's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn find<'p>(&self, io: &'p mut Io<W>) -> &'p mut Output<T> {
        match self.find {
            Find::Named(find) => find(&mut io.ports),
            Find::PortOutput(find) => find(io),
        }
    }
}

impl<W: Worker, T> Clone for Port<W, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<W: Worker, T> std::marker::Copy for Port<W, T> {}

impl<W: Worker, T> std::fmt::Debug for Port<W, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Port")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
