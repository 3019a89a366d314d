//! The rules about the messages of a queued edge.

use crate::group::edge::{EdgeStart, MappedStart, OutputStart, PortStart};
use crate::group::slot::Slot;
use crate::group::workers::Workers;
use crate::queue::Output;
use crate::rules::Rule;
use crate::worker::Worker;
use crate::worker::attempt::Failed;

/// A type that is never a message. It gives a trait a second implementation, so that more than one `M` is
/// possible for a `T`. With a single implementation, the compiler would infer `M` before it looks at the consumer.
/// The error would then be a type mismatch and not the message of the rule.
#[derive(Debug)]
pub struct Other<T>(T);

/// The kind of an edge: what is emitted is sent.
#[derive(Debug)]
pub struct Unchanged;

/// The kind of an edge: what an adapter returns is sent.
#[derive(Debug)]
pub struct Adapted;

/// What is sent over an edge is the message type of its consumer. Behind an adapter it may be an `Option` or a `Vec` of it.
#[diagnostic::on_unimplemented(
    message = "`{W}` does not consume `{T}`",
    label = "this sends `{T}`, and `{W}` consumes `{M}`",
    note = "let what stands before `{W}` give `{M}`, or let `{W}` consume `{T}`; an adapter may give an `Option` or a `Vec` of it\nthe message of a `#[consumer]` is its first parameter that is no reference"
)]
pub trait IsConsumedBy<T, W, M, Kind = Unchanged>: Sized {
    /// Whether at most one message is made of what is sent.
    #[doc(hidden)]
    const AT_MOST_ONE: bool;

    /// The messages of what an adapter gives.
    #[doc(hidden)]
    fn messages(sent: T) -> impl Iterator<Item = M> + Send + use<Self, T, W, M, Kind>;

    /// The output as one of messages, if there is no adapter.
    #[doc(hidden)]
    fn agreed(output: &mut Output<T>) -> &mut Output<M>;

    /// Draws a queued edge. `workers!` calls this method, because the compiler adds no note about its bound.
    #[doc(hidden)]
    fn connect<S>(self, workers: &mut Workers, from: S, to: &Slot<W>)
    where
        S: EdgeStart<Sent = T, Kind = Kind>,
        W: Worker<Message = M>,
        M: Send + 'static;

    /// Draws a feedback edge.
    #[doc(hidden)]
    fn feedback<S>(self, workers: &mut Workers, from: S, to: &Slot<W>)
    where
        S: EdgeStart<Sent = T, Kind = Kind>,
        W: Worker<Message = M>,
        M: Send + 'static;

    // The compiler prints all lines of the next two signatures, so each of them is one line.
    /// Draws a queued edge with an adapter. A wrong adapter is one error here, and two errors with `from.map(adapt)`.
    #[doc(hidden)]
    #[rustfmt::skip]
    fn connect_adapted<E: Send + 'static, F: Fn(E) -> T + Send + Sync + 'static, S: OutputStart<Emitted = E>>(self, workers: &mut Workers, from: S, to: &Slot<W>, adapt: F)
    where
        T: Send,
        W: Worker<Message = M>,
        M: Send + 'static;

    /// Draws a feedback edge with an adapter.
    #[doc(hidden)]
    #[rustfmt::skip]
    fn feedback_adapted<E: Send + 'static, F: Fn(E) -> T + Send + Sync + 'static, S: OutputStart<Emitted = E>>(self, workers: &mut Workers, from: S, to: &Slot<W>, adapt: F)
    where
        T: Send,
        W: Worker<Message = M>,
        M: Send + 'static;
}

/// The methods that draw an edge.
macro_rules! draws {
    ($sent:ty, $message:ty, $kind:ty) => {
        fn connect<S>(self, workers: &mut Workers, from: S, to: &Slot<W>)
        where
            S: EdgeStart<Sent = $sent, Kind = $kind>,
            W: Worker<Message = $message>,
            $message: Send + 'static,
        {
            workers.connect(from, to);
        }

        fn feedback<S>(self, workers: &mut Workers, from: S, to: &Slot<W>)
        where
            S: EdgeStart<Sent = $sent, Kind = $kind>,
            W: Worker<Message = $message>,
            $message: Send + 'static,
        {
            workers.feedback(from, to);
        }

        fn connect_adapted<E, F, S>(self, workers: &mut Workers, from: S, to: &Slot<W>, adapt: F)
        where
            E: Send + 'static,
            F: Fn(E) -> $sent + Send + Sync + 'static,
            S: OutputStart<Emitted = E>,
            $sent: Send,
            W: Worker<Message = $message>,
            $message: Send + 'static,
        {
            workers.connect(MappedStart::new(from, adapt), to);
        }

        fn feedback_adapted<E, F, S>(self, workers: &mut Workers, from: S, to: &Slot<W>, adapt: F)
        where
            E: Send + 'static,
            F: Fn(E) -> $sent + Send + Sync + 'static,
            S: OutputStart<Emitted = E>,
            $sent: Send,
            W: Worker<Message = $message>,
            $message: Send + 'static,
        {
            workers.feedback(MappedStart::new(from, adapt), to);
        }
    };
}

#[diagnostic::do_not_recommend]
impl<X, W, T> IsConsumedBy<T, W, T, Unchanged> for Rule<X> {
    const AT_MOST_ONE: bool = true;

    fn messages(_: T) -> impl Iterator<Item = T> + Send + use<X, W, T> {
        std::iter::empty()
    }

    fn agreed(output: &mut Output<T>) -> &mut Output<T> {
        output
    }

    draws!(T, T, Unchanged);
}

/// What an adapter gives.
macro_rules! adapted {
    ($sent:ty, $message:ty, $at_most_one:literal, |$it:pat_param| $messages:expr) => {
        #[diagnostic::do_not_recommend]
        impl<X, W, M: Send> IsConsumedBy<$sent, W, $message, Adapted> for Rule<X> {
            const AT_MOST_ONE: bool = $at_most_one;

            fn messages($it: $sent) -> impl Iterator<Item = $message> + Send + use<X, W, M> {
                $messages
            }

            fn agreed(_: &mut Output<$sent>) -> &mut Output<$message> {
                unreachable!("an adapter stands in between")
            }

            draws!($sent, $message, Adapted);
        }
    };
}

adapted!(M, M, true, |message| std::iter::once(message));
adapted!(Option<M>, M, true, |messages| messages.into_iter());
adapted!(Vec<M>, M, false, |messages| messages.into_iter());
// So that the compiler infers no `M`, see `Other`.
adapted!(M, Other<M>, true, |_| std::iter::empty());

#[diagnostic::do_not_recommend]
impl<X, W, T> IsConsumedBy<T, W, Other<T>, Unchanged> for Rule<X> {
    const AT_MOST_ONE: bool = true;

    fn messages(_: T) -> impl Iterator<Item = Other<T>> + Send + use<X, W, T> {
        std::iter::empty()
    }

    fn agreed(_: &mut Output<T>) -> &mut Output<Other<T>> {
        unreachable!("no consumer consumes `Other`, which has no values")
    }

    draws!(T, Other<T>, Unchanged);
}

/// A message type that can be sent to several consumers.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be cloned, and is broadcast",
    label = "the same `{T}` goes from here to several consumers",
    note = "let `{T}` be `Clone`, or send it to one consumer alone"
)]
pub trait CanBeCopied<T>: Sized {
    /// Lets an output send a clone over each of its edges.
    #[doc(hidden)]
    fn copies(output: &mut Output<T>);

    /// Lets several edges start at an output or a port.
    #[doc(hidden)]
    fn broadcast<S: OutputStart<Emitted = T>>(self, workers: &mut Workers, from: S);
}

#[diagnostic::do_not_recommend]
impl<X, T: Clone> CanBeCopied<T> for Rule<X> {
    fn copies(output: &mut Output<T>) {
        output.copies();
    }

    fn broadcast<S: OutputStart<Emitted = T>>(self, workers: &mut Workers, from: S) {
        workers.broadcast(from);
    }
}

/// A message type that `retry` and the port `failed` can clone before the call.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be cloned, and may have to be tried again",
    label = "`retry` and the port `failed` clone each message before its call",
    note = "let `{T}` be `Clone`, or leave out `retry` and the edge from `failed`"
)]
pub trait CanBeTriedAgain<T>: Sized {
    /// Clones a message for another attempt.
    #[doc(hidden)]
    fn copied(message: &T) -> T;

    /// The start of an edge at the port `failed`.
    #[doc(hidden)]
    fn failed<W: Worker<Message = T>>(self, slot: &Slot<W>) -> PortStart<'_, W, Failed<T>>;

    /// Lets a consumer make several attempts, as its options say: its messages are cloned for them.
    #[doc(hidden)]
    fn keep_copies<W: Worker<Message = T>>(self, slot: &Slot<W>);
}

#[diagnostic::do_not_recommend]
impl<X, T: Clone> CanBeTriedAgain<T> for Rule<X> {
    fn copied(message: &T) -> T {
        message.clone()
    }

    fn failed<W: Worker<Message = T>>(self, slot: &Slot<W>) -> PortStart<'_, W, Failed<T>> {
        slot.failed()
    }

    fn keep_copies<W: Worker<Message = T>>(self, slot: &Slot<W>) {
        slot.keep_copies(T::clone);
    }
}
