//! The edges of a group: queued, feedback and fused ones, broadcasts and discards.

use super::Workers;
use crate::fused::edge::FusedHead;
use crate::group::edge::{EdgeStart, FusedStart, MappedStart, OutputStart};
use crate::group::rule::IsCalledWith;
use crate::group::slot::Slot;
use crate::queue::{Output, SendOrigin};
use crate::rules::{Adapted, CanBeCopied, CanBeTriedAgain, CanCall, IsAdaptedTo, IsConsumedBy};
use crate::worker::Worker;
use crate::worker::downstream::Downstream;

impl Workers {
    /// Draws an edge: what leaves at `from` goes to `to`.
    ///
    /// `from` is a worker of this group, a port of it, or either with an adapter:
    ///
    /// ```
    /// # use fluid::{consumer, Output, Workers};
    /// # #[consumer]
    /// # async fn parse(line: String, rejected: &Output<String>) -> u64 { 0 }
    /// # #[consumer]
    /// # async fn add(number: u64) {}
    /// # #[consumer]
    /// # async fn print(line: String) {}
    /// let mut workers = Workers::new("sums");
    /// let (parse, add, print) = (workers.add(Parse), workers.add(Add), workers.add(Print));
    /// workers.broadcast(&parse);
    /// workers.connect(&parse, &add);
    /// workers.connect(parse.map(|number| format!("{number}")), &print);
    /// workers.connect(parse.port(Parse::rejected()), &print);
    /// ```
    ///
    /// # Panics
    ///
    /// If an edge starts at this output already, and [`broadcast`](Self::broadcast) was not called; or if
    /// one of the two is no worker of this group.
    pub fn connect<S, B, O: IsConsumedBy<B, M, K>, M, K>(&mut self, from: S, to: &Slot<B>)
    where
        // All types are inferred before they are compared, so that an error names them.
        S: EdgeStart<Sent = O, Kind = K>,
        B: Worker<Message = M>,
        M: Send + 'static,
        S::Sent: IsAdaptedTo<B, M, K>,
    {
        let edge = (from.slot().id, to.id);
        self.check(from.slot());
        self.check(to);
        from.attach(to.origin(SendOrigin::Edge));
        self.edges.push(edge);
    }

    /// Draws a feedback edge: what leaves at `from` goes to `to` if there is room at once. Otherwise the
    /// message counts as unsent.
    ///
    /// Such an edge may close a cycle, because no send waits for it. It has no part in the order of startup
    /// and shutdown: a message sent after `to` has ended counts as unsent, too.
    ///
    /// # Panics
    ///
    /// Like [`connect`](Self::connect).
    pub fn feedback<S, B, O: IsConsumedBy<B, M, K>, M, K>(&mut self, from: S, to: &Slot<B>)
    where
        S: EdgeStart<Sent = O, Kind = K>,
        B: Worker<Message = M>,
        M: Send + 'static,
        S::Sent: IsAdaptedTo<B, M, K>,
    {
        self.check(from.slot());
        self.check(to);
        from.attach(to.origin(SendOrigin::Feedback));
    }

    /// As `connect` with `from.map(adapt)`. `workers!` calls it, because a wrong adapter is one error here, and
    /// two errors in the longer form.
    #[doc(hidden)]
    pub fn connect_adapted<S, B, E, F, R>(&mut self, from: S, to: &Slot<B>, adapt: F)
    where
        S: OutputStart<Emitted = E>,
        B: Worker,
        E: Send + 'static,
        F: Fn(E) -> R + Send + Sync + 'static,
        R: IsAdaptedTo<B, B::Message, Adapted>,
    {
        self.connect(MappedStart::new(from, adapt), to);
    }

    /// As `feedback` with `from.map(adapt)`.
    #[doc(hidden)]
    pub fn feedback_adapted<S, B, E, F, R>(&mut self, from: S, to: &Slot<B>, adapt: F)
    where
        S: OutputStart<Emitted = E>,
        B: Worker,
        E: Send + 'static,
        F: Fn(E) -> R + Send + Sync + 'static,
        R: IsAdaptedTo<B, B::Message, Adapted>,
    {
        self.feedback(MappedStart::new(from, adapt), to);
    }

    /// Lets several edges start at an output or a port: each consumer gets a clone.
    ///
    /// # Panics
    ///
    /// If it is no worker of this group.
    pub fn broadcast<S: OutputStart<Emitted: CanBeCopied>>(&mut self, from: S) {
        self.check(from.slot());
        from.open(Output::copies);
    }

    /// Throws away what leaves at an output or a port, on purpose. For the port `failed` it means that a
    /// failed message is no failure of its worker.
    ///
    /// # Panics
    ///
    /// If it is no worker of this group.
    pub fn discard<S: OutputStart>(&mut self, from: S) {
        self.check(from.slot());
        from.open(Output::discard);
    }

    fn check<W: Worker>(&self, slot: &Slot<W>) {
        slot.check(&self.handle);
    }

    /// Draws a fused edge: `from` makes the calls of `to`, in its own task, with no queue in between.
    /// What `to` emits goes to `next`: [`PortOutput`](crate::edge::PortOutput) if it sends to its own port, or what an earlier `fuse`
    /// returned if a fused edge starts at it, too. So a chain is drawn from its end, and
    /// [`lead`](Self::lead) names the worker that makes all its calls.
    ///
    /// `to` keeps a life of its own, with its counts, its state, its restarts and its exit; it stops when
    /// `from` has ended. A failure of one of its calls is its own, and is answered by its own policy;
    /// meanwhile `from` waits. If it ends, what `from` emits is refused.
    ///
    /// ```
    /// # use fluid::{consumer, worker, Workers, edge::PortOutput};
    /// # #[worker(heartbeat = "1s")]
    /// # async fn measure() -> f64 { 21.5 }
    /// # #[consumer]
    /// # async fn round(degrees: f64) -> i64 { degrees.round() as i64 }
    /// # #[consumer]
    /// # async fn print(degrees: i64) { println!("{degrees} °C") }
    /// let mut workers = Workers::new("thermometer");
    /// let (measure, round, print) = (workers.add(Measure), workers.add(Round), workers.add(Print));
    /// let chain = workers.fuse(&round, &print, PortOutput);
    /// let chain = workers.fuse(&measure, &round, chain);
    /// workers.lead(&measure, chain);
    /// ```
    ///
    /// # Panics
    ///
    /// If an edge starts at this output already; if `to` is `blocking`, and so has a thread of its own; or
    /// if one of the two is no worker of this group.
    pub fn fuse<S, B, O, M, K, N>(
        &mut self,
        from: S,
        to: &Slot<B>,
        next: N,
    ) -> impl Downstream<S::Emitted> + use<S, B, O, M, K, N>
    where
        S: FusedStart<Sent = O, Kind = K>,
        B: Worker<Message = M>,
        M: Send + 'static,
        O: IsCalledWith<B, M, K> + IsAdaptedTo<B, M, K>,
        N: Downstream<B::Output>,
    {
        self.draw_fused(from.slot(), to);
        from.fuse(to, next)
    }

    /// As `fuse` with `from.map(adapt)`.
    #[doc(hidden)]
    pub fn fuse_adapted<S, B, E, F, R, N>(
        &mut self,
        from: S,
        to: &Slot<B>,
        next: N,
        adapt: F,
    ) -> impl Downstream<E> + use<S, B, E, F, R, N>
    where
        S: FusedStart + OutputStart<Emitted = E>,
        B: Worker,
        E: Send + 'static,
        F: Fn(E) -> R + Send + Sync + 'static,
        R: IsCalledWith<B, B::Message, Adapted> + IsAdaptedTo<B, B::Message, Adapted>,
        N: Downstream<B::Output>,
    {
        self.fuse(MappedStart::new(from, adapt), to, next)
    }

    /// Lets `from` make the calls of all that is behind it in a chain of fused edges.
    ///
    /// # Panics
    ///
    /// If it is no worker of this group.
    pub fn lead<A: CanCall, N: Downstream<A::Output>>(&mut self, from: &Slot<A>, chain: N) {
        from.check(&self.handle());
        from.run_as(FusedHead(chain));
    }

    /// Lets a consumer make several attempts, as its options say: its messages are cloned for them.
    #[doc(hidden)]
    pub fn keep_copies<A: Worker<Message: CanBeTriedAgain>>(&mut self, of: &Slot<A>) {
        of.check(&self.handle());
        of.keep_copies(A::Message::clone);
    }

    fn draw_fused<A: Worker, B: Worker>(&mut self, from: &Slot<A>, to: &Slot<B>) {
        self.check(from);
        self.check(to);
        assert!(
            !to.options().is_blocking(),
            "`{}` has a thread of its own, and cannot be called in the task of `{}`",
            to.worker_name(),
            from.worker_name()
        );
        for seat in [from.options(), to.options()] {
            assert!(
                seat.lanes() == 1,
                "`{}` or `{}` has several lanes, and a fused edge joins two tasks into one",
                from.worker_name(),
                to.worker_name()
            );
        }
        from.output(Output::lead_elsewhere);
        self.edges.push((from.id, to.id));
        self.fused.push((to.id, from.id));
    }
}
