//! The rules about the two ends of a fused edge.

use std::marker::PhantomData;

use super::queued::{Adapted, Other, Unchanged};
use crate::group::edge::{FusedStart, MappedStart, OutputStart, With};
use crate::group::slot::Slot;
use crate::group::workers::Workers;
use crate::queue::adapter::Straight;
use crate::rules::Rule;
use crate::worker::Worker;
use crate::worker::downstream::{Downstream, PortOutput};
use crate::worker::stage::Stage;

/// The slot of a worker that can call others.
#[diagnostic::on_unimplemented(
    message = "`{W}` makes its own calls, and cannot call others over a fused edge",
    label = "`{W}` is a worker written by hand: write `=>` in the place of `->`"
)]
pub trait StartsFused<W, Passed>: Sized {
    /// Checks the worker at the head of a chain.
    #[doc(hidden)]
    fn head(self) -> Passed;
}

#[diagnostic::do_not_recommend]
impl<'s, W, S: Stage> StartsFused<W, &'s Slot<S>> for &'s Slot<S> {
    fn head(self) -> &'s Slot<S> {
        self
    }
}

/// The slot of a worker that takes batches.
#[derive(Debug)]
pub struct BatchSlot<W>(PhantomData<fn(W)>);

impl<W> BatchSlot<W> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

/// The slot of a worker that takes one message in a call.
#[diagnostic::on_unimplemented(
    message = "`{W}` takes batches, and a fused edge hands over one message at a time",
    label = "`{W}` needs a queue in which its batches gather: write `=>` in the place of `->`"
)]
pub trait TakesOne<W, Passed>: Sized {
    /// Checks the worker at the end of a fused edge.
    #[doc(hidden)]
    fn one(self) -> Passed;
}

#[diagnostic::do_not_recommend]
impl<'s, W, S: Worker> TakesOne<W, &'s Slot<S>> for &'s Slot<S> {
    fn one(self) -> &'s Slot<S> {
        self
    }
}

/// The slot of a worker that can be called.
#[diagnostic::on_unimplemented(
    message = "`{W}` makes its own calls, and cannot be called over a fused edge",
    label = "`{W}` is a worker written by hand: write `=>` in the place of `->`"
)]
pub trait EndsFused<W, Passed>: Sized {
    /// Checks the worker at the end of a fused edge.
    #[doc(hidden)]
    fn called(self) -> Passed;
}

#[diagnostic::do_not_recommend]
impl<'s, W, S: Stage> EndsFused<W, &'s Slot<S>> for &'s Slot<S> {
    fn called(self) -> &'s Slot<S> {
        self
    }
}

/// What is sent over a fused edge is what its worker takes. Behind an adapter it may be an `Option` or a `Vec` of it.
#[diagnostic::on_unimplemented(
    message = "`{W}` cannot be called with `{T}`",
    label = "this sends `{T}`, and `{W}` consumes `{M}`",
    note = "let what stands before `{W}` give `{M}`, or let `{W}` consume `{T}`; an adapter may give an `Option` or a `Vec` of it"
)]
pub trait IsCalledWith<T, W: Worker, M, Kind = Unchanged>: Sized {
    /// The edge to `worker`, which is sent `T`.
    #[doc(hidden)]
    fn downstream<N: Downstream<W::Output>>(
        worker: &Slot<W>,
        next: N,
    ) -> impl Downstream<T> + use<Self, T, W, M, Kind, N>
    where
        T: Send + 'static;

    /// The edge to `worker`, whose messages `adapt` makes of an `E`.
    #[doc(hidden)]
    fn adapted<E, F, N>(
        worker: &Slot<W>,
        adapt: F,
        next: N,
    ) -> impl Downstream<E> + use<Self, T, W, M, Kind, E, F, N>
    where
        E: Send + 'static,
        F: Fn(E) -> T + Send + Sync + 'static,
        N: Downstream<W::Output>;

    /// Draws the edge. `workers!` calls this method, because the compiler adds no note about its bound.
    #[doc(hidden)]
    fn fuse<S, N>(
        self,
        workers: &mut Workers,
        from: S,
        to: &Slot<W>,
        next: N,
    ) -> impl Downstream<S::Emitted> + use<Self, T, W, M, Kind, S, N>
    where
        S: FusedStart<Sent = T, Kind = Kind>,
        W: Worker<Message = M>,
        M: Send + 'static,
        N: Downstream<W::Output>;

    // The compiler prints all lines of this signature, so it is one line.
    /// Draws an edge with an adapter.
    #[doc(hidden)]
    #[rustfmt::skip]
    fn fuse_adapted<E: Send + 'static, F: Fn(E) -> T + Send + Sync + 'static, S: FusedStart + OutputStart<Emitted = E>, N: Downstream<W::Output>>(self, workers: &mut Workers, from: S, to: &Slot<W>, next: N, adapt: F) -> impl Downstream<E> + use<Self, T, W, M, Kind, E, F, S, N>
    where
        W: Worker<Message = M>,
        M: Send + 'static;
}

/// An implementation with the calls that make its two kinds of edges.
macro_rules! called {
    ($sent:ty, $kind:ty, |$to:pat_param, $then:pat_param| $downstream:expr, |$worker:pat_param, $adapt:pat_param, $next:pat_param| $adapted:expr) => {
        #[diagnostic::do_not_recommend]
        impl<X, W, M> IsCalledWith<$sent, W, M, $kind> for Rule<X>
        where
            W: Stage<Input = M> + Worker<Message = M>,
            M: Send + 'static,
        {
            fn downstream<N: Downstream<W::Output>>(
                $to: &Slot<W>,
                $then: N,
            ) -> impl Downstream<$sent> + use<X, W, M, N> {
                $downstream
            }

            fn adapted<E, F, N>(
                $worker: &Slot<W>,
                $adapt: F,
                $next: N,
            ) -> impl Downstream<E> + use<X, W, M, E, F, N>
            where
                E: Send + 'static,
                F: Fn(E) -> $sent + Send + Sync + 'static,
                N: Downstream<W::Output>,
            {
                $adapted
            }

            fn fuse<S, N>(
                self,
                workers: &mut Workers,
                from: S,
                to: &Slot<W>,
                next: N,
            ) -> impl Downstream<S::Emitted> + use<X, W, M, S, N>
            where
                S: FusedStart<Sent = $sent, Kind = $kind>,
                N: Downstream<W::Output>,
            {
                workers.fuse(from, to, next)
            }

            fn fuse_adapted<E, F, S, N>(
                self,
                workers: &mut Workers,
                from: S,
                to: &Slot<W>,
                next: N,
                adapt: F,
            ) -> impl Downstream<E> + use<X, W, M, E, F, S, N>
            where
                E: Send + 'static,
                F: Fn(E) -> $sent + Send + Sync + 'static,
                S: FusedStart + OutputStart<Emitted = E>,
                N: Downstream<W::Output>,
            {
                workers.fuse(MappedStart::new(from, adapt), to, next)
            }
        }
    };
    ($sent:ty) => {
        called!($sent, Adapted, |_, _| PortOutput, |to, adapt, next| {
            to.call_over_edge(With::<_, W>::new(adapt), next)
        });
    };
}

called!(
    M,
    Unchanged,
    |to, next| to.call_over_edge(Straight, next),
    |_, _, _| PortOutput
);
called!(M);
called!(Option<M>);
called!(Vec<M>);

/// An implementation that no worker uses, so that the compiler infers no `M`: see [`Other`]. There are two of them,
/// because the conditions of the first implementation may exclude it.
macro_rules! never_called {
    ($message:ty, $kind:ty) => {
        #[diagnostic::do_not_recommend]
        impl<X, W: Worker, T> IsCalledWith<T, W, $message, $kind> for Rule<X> {
            fn downstream<N: Downstream<W::Output>>(
                _: &Slot<W>,
                _: N,
            ) -> impl Downstream<T> + use<X, W, T, N>
            where
                T: Send + 'static,
            {
                PortOutput
            }

            fn adapted<E, F, N>(
                _: &Slot<W>,
                _: F,
                _: N,
            ) -> impl Downstream<E> + use<X, W, T, E, F, N>
            where
                E: Send + 'static,
                F: Fn(E) -> T + Send + Sync + 'static,
                N: Downstream<W::Output>,
            {
                PortOutput
            }

            fn fuse<S, N>(
                self,
                _: &mut Workers,
                _: S,
                _: &Slot<W>,
                _: N,
            ) -> impl Downstream<S::Emitted> + use<X, W, T, S, N>
            where
                S: FusedStart<Sent = T, Kind = $kind>,
                N: Downstream<W::Output>,
            {
                PortOutput
            }

            fn fuse_adapted<E, F, S, N>(
                self,
                _: &mut Workers,
                _: S,
                _: &Slot<W>,
                _: N,
                _: F,
            ) -> impl Downstream<E> + use<X, W, T, E, F, S, N>
            where
                E: Send + 'static,
                F: Fn(E) -> T + Send + Sync + 'static,
                S: FusedStart + OutputStart<Emitted = E>,
                N: Downstream<W::Output>,
            {
                PortOutput
            }
        }
    };
}

never_called!(Other<T>, Unchanged);
never_called!(Other<Other<T>>, Unchanged);
never_called!(Other<T>, Adapted);
never_called!(Other<Other<T>>, Adapted);
