//! What loom watches, and how it is made to look.
//!
//! Mutexes, atomics and threads are loom's own. tokio's types are tokio's own, and each operation on one is a step:
//! loom decides which thread takes its step first, and knows what a thread has seen when it has taken it. What goes
//! on within tokio is tokio's to test.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};

use loom::model::Builder;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Mutex, MutexGuard};

use crate::sync::lock::lock;

/// So many times a thread may be interrupted where it could have gone on, unless `LOOM_MAX_PREEMPTIONS` says
/// otherwise. Most faults need one or two.
const PREEMPTIONS: usize = 3;

/// Runs a scenario in every order in which its threads may take their steps. It fails if an assertion does in one
/// of these orders, or if threads wait for ever.
pub(crate) fn explore(scenario: impl Fn() + Send + Sync + 'static) {
    explore_with(0, scenario);
}

/// The same for whole lives of workers, which take many steps: with two interruptions fewer.
pub(crate) fn explore_lives(scenario: impl Fn() + Send + Sync + 'static) {
    explore_with(2, scenario);
}

fn explore_with(fewer: usize, scenario: impl Fn() + Send + Sync + 'static) {
    let orders = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let mut builder = Builder::new();
    let preemptions = builder.preemption_bound.unwrap_or(PREEMPTIONS);
    builder.preemption_bound = Some(preemptions.saturating_sub(fewer).max(1));
    builder.max_branches = builder.max_branches.max(10_000);
    let counted = Arc::clone(&orders);
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        scenario();
    });
    let test = std::thread::current();
    let name = test.name().unwrap_or_default();
    println!("{name}: {} orders", orders.load(Ordering::Relaxed));
}

/// The steps that are taken at one thing.
#[derive(Debug, Default)]
struct Steps(AtomicUsize);

impl Steps {
    /// Another thread may go first; and this one sees what all did that have been here before.
    fn take(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }

    /// The same, for a step that changes nothing.
    fn look(&self) {
        self.0.load(Ordering::Acquire);
    }
}

/// The standard library's `OnceLock`.
#[derive(Debug)]
pub(crate) struct OnceLock<T> {
    value: std::sync::OnceLock<T>,
    steps: Steps,
}

impl<T> OnceLock<T> {
    pub(crate) fn new() -> Self {
        Self {
            value: std::sync::OnceLock::new(),
            steps: Steps::default(),
        }
    }

    pub(crate) fn get(&self) -> Option<&T> {
        self.steps.look();
        let value = self.value.get()?;
        // Whoever sees the value sees how it was made, also if the look came too soon for that.
        self.steps.take();
        Some(value)
    }

    pub(crate) fn set(&self, value: T) -> Result<(), T> {
        self.steps.take();
        self.value.set(value)
    }

    pub(crate) fn get_or_init(&self, value: impl FnOnce() -> T) -> &T {
        self.steps.take();
        if let Some(value) = self.value.get() {
            return value;
        }
        let value = value();
        // In one step with the last thing that was done to make it.
        self.steps.take();
        self.value.get_or_init(|| value)
    }
}

impl<T> Default for OnceLock<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// A mutex of loom's, with the methods of a `SpinMutex`.
#[derive(Debug)]
pub(crate) struct SpinMutex<T>(Mutex<T>);

impl<T> SpinMutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        lock(&self.0)
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

/// tokio's `Notify`.
#[derive(Debug, Default)]
pub(crate) struct Notify {
    notify: tokio::sync::Notify,
    steps: Steps,
}

impl Notify {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn notify_one(&self) {
        self.steps.take();
        self.notify.notify_one();
    }

    pub(crate) fn notify_waiters(&self) {
        self.steps.take();
        self.notify.notify_waiters();
    }

    pub(crate) fn notified(&self) -> Notified<'_> {
        self.steps.take();
        Notified {
            notified: Box::pin(self.notify.notified()),
            steps: &self.steps,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Notified<'a> {
    notified: Pin<Box<tokio::sync::futures::Notified<'a>>>,
    steps: &'a Steps,
}

impl Notified<'_> {
    pub(crate) fn enable(mut self: Pin<&mut Self>) -> bool {
        self.steps.take();
        self.notified.as_mut().enable()
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.steps.take();
        self.notified.as_mut().poll(cx)
    }
}

/// tokio's `oneshot`.
pub(crate) mod oneshot {
    use loom::sync::Arc;
    use tokio::sync::oneshot;
    use tokio::sync::oneshot::error::{RecvError, TryRecvError};

    use super::{Context, Future, Pin, Poll, Steps};

    pub(crate) fn channel<T>() -> (Sender<T>, Receiver<T>) {
        let (sender, receiver) = oneshot::channel();
        let steps = Arc::new(Steps::default());
        let sender = Sender {
            sender,
            steps: Arc::clone(&steps),
        };
        (sender, Receiver { receiver, steps })
    }

    #[derive(Debug)]
    pub(crate) struct Sender<T> {
        sender: oneshot::Sender<T>,
        steps: Arc<Steps>,
    }

    impl<T> Sender<T> {
        pub(crate) fn send(self, value: T) -> Result<(), T> {
            self.steps.take();
            self.sender.send(value)
        }
    }

    #[derive(Debug)]
    pub(crate) struct Receiver<T> {
        receiver: oneshot::Receiver<T>,
        steps: Arc<Steps>,
    }

    impl<T> Receiver<T> {
        pub(crate) fn try_recv(&mut self) -> Result<T, TryRecvError> {
            self.steps.take();
            self.receiver.try_recv()
        }
    }

    impl<T> Future for Receiver<T> {
        type Output = Result<T, RecvError>;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            self.steps.take();
            Pin::new(&mut self.receiver).poll(cx)
        }
    }
}

/// tokio's `mpsc`, without a bound.
pub(crate) mod mpsc {
    use std::future::poll_fn;

    use loom::sync::Arc;
    use tokio::sync::mpsc;
    use tokio::sync::mpsc::error::{SendError, TryRecvError};

    use super::Steps;

    pub(crate) fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let steps = Arc::new(Steps::default());
        let sender = UnboundedSender {
            sender,
            steps: Arc::clone(&steps),
        };
        (sender, UnboundedReceiver { receiver, steps })
    }

    pub(crate) struct UnboundedSender<T> {
        sender: mpsc::UnboundedSender<T>,
        steps: Arc<Steps>,
    }

    impl<T> UnboundedSender<T> {
        pub(crate) fn send(&self, value: T) -> Result<(), SendError<T>> {
            self.steps.take();
            self.sender.send(value)
        }

        pub(crate) fn same_channel(&self, other: &Self) -> bool {
            self.sender.same_channel(&other.sender)
        }
    }

    impl<T> Clone for UnboundedSender<T> {
        fn clone(&self) -> Self {
            Self {
                sender: self.sender.clone(),
                steps: Arc::clone(&self.steps),
            }
        }
    }

    pub(crate) struct UnboundedReceiver<T> {
        receiver: mpsc::UnboundedReceiver<T>,
        steps: Arc<Steps>,
    }

    impl<T> UnboundedReceiver<T> {
        pub(crate) async fn recv(&mut self) -> Option<T> {
            poll_fn(|cx| {
                self.steps.take();
                self.receiver.poll_recv(cx)
            })
            .await
        }

        pub(crate) fn try_recv(&mut self) -> Result<T, TryRecvError> {
            self.steps.take();
            self.receiver.try_recv()
        }

        pub(crate) fn len(&self) -> usize {
            self.steps.take();
            self.receiver.len()
        }

        pub(crate) fn close(&mut self) {
            self.steps.take();
            self.receiver.close();
        }
    }
}
