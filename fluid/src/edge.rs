//! The edges of a group that has not been started.

use std::sync::Arc;

use crate::adapt::{Straight, With};
use crate::fused::{Fused, Leading, Lent, Shelf};
use crate::onward::Onward;
use crate::queue::{Inlet, Intake, Output};
use crate::rule::{CanBeCopied, IsAdaptedTo, IsConsumedBy};
use crate::seat::Seat;
use crate::stage::Stage;
use crate::worker::{Port, Worker};
use crate::workers::Workers;

impl Workers {
    fn check<A: Worker, B: Worker>(&self, from: &Seat<A>, to: &Seat<B>) {
        let group = self.handle();
        from.check(&group);
        to.check(&group);
    }

    /// Draws an edge: what `from` emits goes to `to`.
    ///
    /// # Panics
    ///
    /// If an edge starts at this output already, and [`broadcast`](Self::broadcast) was not called; or if
    /// one of the two is no worker of this group.
    pub fn connect<A, B, O, M>(&mut self, from: &Seat<A>, to: &Seat<B>)
    where
        // Both types are inferred before they are compared, so that a mistake is told in their names.
        A: Worker<Output = O>,
        B: Worker<Message = M>,
        O: IsConsumedBy<B, M>,
    {
        self.check(from, to);
        from.output(|output| IsConsumedBy::agreed(output).connect(to.inlet(Inlet::Edge)));
        self.edges.push((from.id, to.id));
    }

    /// Draws an edge from a named port.
    ///
    /// # Panics
    ///
    /// If an edge starts at this port already, and [`broadcast_port`](Self::broadcast_port) was not
    /// called.
    pub fn connect_port<A, B, T, M>(&mut self, from: &Seat<A>, port: Port<A, T>, to: &Seat<B>)
    where
        A: Worker,
        B: Worker<Message = M>,
        T: IsConsumedBy<B, M> + Send + 'static,
    {
        self.check(from, to);
        from.port(&port, |output| {
            IsConsumedBy::agreed(output).connect(to.inlet(Inlet::Edge));
        });
        self.edges.push((from.id, to.id));
    }

    /// Draws a feedback edge: what `from` emits goes to `to`, if it finds room there at once. What does
    /// not is unsent.
    ///
    /// Since no one waits for it, such an edge may close a circle. It has no part in the order of startup
    /// and shutdown: what comes when `to` has ended is unsent, too.
    ///
    /// # Panics
    ///
    /// As [`connect`](Self::connect).
    pub fn feedback<A, B, O, M>(&mut self, from: &Seat<A>, to: &Seat<B>)
    where
        A: Worker<Output = O>,
        B: Worker<Message = M>,
        O: IsConsumedBy<B, M>,
    {
        self.check(from, to);
        from.output(|output| IsConsumedBy::agreed(output).connect(to.inlet(Inlet::Feedback)));
    }

    /// Draws a feedback edge from a named port.
    ///
    /// # Panics
    ///
    /// As [`connect_port`](Self::connect_port).
    pub fn feedback_port<A, B, T, M>(&mut self, from: &Seat<A>, port: Port<A, T>, to: &Seat<B>)
    where
        A: Worker,
        B: Worker<Message = M>,
        T: IsConsumedBy<B, M> + Send + 'static,
    {
        self.check(from, to);
        from.port(&port, |output| {
            IsConsumedBy::agreed(output).connect(to.inlet(Inlet::Feedback));
        });
    }

    /// Lets several edges start at an output: each consumer gets a clone.
    pub fn broadcast<A: Worker<Output: CanBeCopied>>(&mut self, from: &Seat<A>) {
        from.output(Output::copies);
    }

    /// Lets several edges start at a named port: each consumer gets a clone.
    pub fn broadcast_port<A: Worker, T: CanBeCopied>(&mut self, from: &Seat<A>, port: Port<A, T>) {
        from.port(&port, Output::copies);
    }

    /// Draws an edge that adapts: `adapt` takes what `from` emits, and gives what `to` consumes, or an
    /// `Option` or a `Vec` of it.
    ///
    /// The adapter is called by the worker that sends, and if it panics, that one fails. Of a message of
    /// which it makes several, a [`try_send`](Output::try_send) that finds room for the first loses what
    /// finds none, counted as unsent.
    ///
    /// ```
    /// # use fluid::{consumer, worker, Workers};
    /// # #[worker(heartbeat = "1s")]
    /// # async fn measure() -> f64 { 21.5 }
    /// # #[consumer]
    /// # async fn print(line: String) { println!("{line}") }
    /// let mut workers = Workers::new("thermometer");
    /// let (measure, print) = (workers.add(Measure), workers.add(Print));
    /// workers.connect_with(&measure, &print, |degrees: f64| format!("{degrees} °C"));
    /// ```
    ///
    /// # Panics
    ///
    /// As [`connect`](Self::connect).
    pub fn connect_with<A, B, O, F, R>(&mut self, from: &Seat<A>, to: &Seat<B>, adapt: F)
    where
        A: Worker<Output = O>,
        B: Worker,
        O: Send + 'static,
        F: Fn(O) -> R + Send + Sync + 'static,
        R: IsAdaptedTo<B, B::Message>,
    {
        self.check(from, to);
        from.output(|output| output.connect_with(to.inlet(Inlet::Edge), With(adapt)));
        self.edges.push((from.id, to.id));
    }

    /// Draws an edge from a named port that adapts. See [`connect_with`](Self::connect_with).
    ///
    /// # Panics
    ///
    /// As [`connect_port`](Self::connect_port).
    pub fn connect_port_with<A, B, T, F, R>(
        &mut self,
        from: &Seat<A>,
        port: Port<A, T>,
        to: &Seat<B>,
        adapt: F,
    ) where
        A: Worker,
        B: Worker,
        T: Send + 'static,
        F: Fn(T) -> R + Send + Sync + 'static,
        R: IsAdaptedTo<B, B::Message>,
    {
        self.check(from, to);
        from.port(&port, |output| {
            output.connect_with(to.inlet(Inlet::Edge), With(adapt))
        });
        self.edges.push((from.id, to.id));
    }

    /// Draws a feedback edge that adapts. See [`feedback`](Self::feedback) and
    /// [`connect_with`](Self::connect_with).
    ///
    /// # Panics
    ///
    /// As [`connect`](Self::connect).
    pub fn feedback_with<A, B, O, F, R>(&mut self, from: &Seat<A>, to: &Seat<B>, adapt: F)
    where
        A: Worker<Output = O>,
        B: Worker,
        O: Send + 'static,
        F: Fn(O) -> R + Send + Sync + 'static,
        R: IsAdaptedTo<B, B::Message>,
    {
        self.check(from, to);
        from.output(|output| output.connect_with(to.inlet(Inlet::Feedback), With(adapt)));
    }

    /// Draws a feedback edge from a named port that adapts. See [`feedback`](Self::feedback) and
    /// [`connect_with`](Self::connect_with).
    ///
    /// # Panics
    ///
    /// As [`connect_port`](Self::connect_port).
    pub fn feedback_port_with<A, B, T, F, R>(
        &mut self,
        from: &Seat<A>,
        port: Port<A, T>,
        to: &Seat<B>,
        adapt: F,
    ) where
        A: Worker,
        B: Worker,
        T: Send + 'static,
        F: Fn(T) -> R + Send + Sync + 'static,
        R: IsAdaptedTo<B, B::Message>,
    {
        self.check(from, to);
        from.port(&port, |output| {
            output.connect_with(to.inlet(Inlet::Feedback), With(adapt));
        });
    }

    /// Draws a fused edge: `from` makes the calls of `to`, in its own task, with no queue in between.
    /// What `to` emits goes to `next`: [`Own`](crate::Own) if it sends to its own port, or what an earlier
    /// `fuse` returned if a fused edge starts at it, too. So a chain is drawn from its end, and
    /// [`lead`](Self::lead) says who makes all its calls.
    ///
    /// `to` keeps a life of its own, with its counts, its state, its restarts and its exit; it stops when
    /// `from` has ended. A failure of one of its calls is its own, and is answered by its own policy;
    /// meanwhile `from` waits. If it ends, what `from` emits is refused.
    ///
    /// ```
    /// # use fluid::{consumer, worker, Own, Workers};
    /// # #[worker(heartbeat = "1s")]
    /// # async fn measure() -> f64 { 21.5 }
    /// # #[consumer]
    /// # async fn round(degrees: f64) -> i64 { degrees.round() as i64 }
    /// # #[consumer]
    /// # async fn print(degrees: i64) { println!("{degrees} °C") }
    /// let mut workers = Workers::new("thermometer");
    /// let (measure, round, print) = (workers.add(Measure), workers.add(Round), workers.add(Print));
    /// let chain = workers.fuse(&round, &print, Own);
    /// let chain = workers.fuse(&measure, &round, chain);
    /// workers.lead(&measure, chain);
    /// ```
    ///
    /// # Panics
    ///
    /// If an edge starts at this output already; if `to` is `blocking`, and so has a thread of its own; or
    /// if one of the two is no worker of this group.
    pub fn fuse<A, B, O, M, N>(
        &mut self,
        from: &Seat<A>,
        to: &Seat<B>,
        next: N,
    ) -> Fused<Straight, B, N>
    where
        A: Stage<Output = O>,
        B: Stage<Input = M> + Worker<Message = M>,
        O: IsConsumedBy<B, M>,
        N: Onward<B::Output>,
    {
        self.draw_fused(from, to, Straight, next)
    }

    /// Draws a fused edge that adapts. See [`fuse`](Self::fuse) and [`connect_with`](Self::connect_with).
    ///
    /// # Panics
    ///
    /// As `fuse`.
    pub fn fuse_with<A, B, O, F, R, N>(
        &mut self,
        from: &Seat<A>,
        to: &Seat<B>,
        next: N,
        adapt: F,
    ) -> Fused<With<F>, B, N>
    where
        A: Stage<Output = O>,
        B: Stage<Input = <B as Worker>::Message>,
        F: Fn(O) -> R + Send + Sync + 'static,
        R: IsAdaptedTo<B, B::Message>,
        N: Onward<B::Output>,
    {
        self.draw_fused(from, to, With(adapt), next)
    }

    /// Lets `from` make the calls of all that is behind it in a chain of fused edges.
    ///
    /// # Panics
    ///
    /// If it is no worker of this group.
    pub fn lead<A: Stage, N: Onward<A::Output>>(&mut self, from: &Seat<A>, chain: N) {
        from.check(&self.handle());
        from.live_as(Leading(chain));
    }

    fn draw_fused<A: Worker, B, C, N>(
        &mut self,
        from: &Seat<A>,
        to: &Seat<B>,
        adapt: C,
        next: N,
    ) -> Fused<C, B, N>
    where
        B: Stage<Input = <B as Worker>::Message>,
        N: Onward<B::Output>,
    {
        self.check(from, to);
        assert!(
            !to.options().is_blocking(),
            "`{}` has a thread of its own, and cannot be called in the task of `{}`",
            to.worker_name(),
            from.worker_name()
        );
        from.output(Output::lead_elsewhere);
        self.edges.push((from.id, to.id));
        self.fused.push((to.id, from.id));
        let channel = to.channel();
        // What is called directly has no use for a queue: nobody would look into it.
        channel.close();
        let shelf = Shelf::new();
        to.live_as(Lent::new(Arc::clone(&shelf)));
        Fused::new(adapt, shelf, channel, next)
    }
}
