//! Replacements for synchronization types under loom, and the functions that run loom tests.
//!
//! Mutexes, atomics and threads are those of loom. The types of tokio stay, and each operation on one of them also
//! performs a loom atomic operation on its [`Steps`]. So loom explores the order of these operations between
//! threads, and knows which memory they make visible. The inside of tokio's types is not explored.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};

use loom::model::Builder;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Mutex, MutexGuard};

use crate::sync::lock::lock;

/// The maximum number of preemptions in one execution, unless `LOOM_MAX_PREEMPTIONS` is set. Most faults need one
/// or two.
const PREEMPTIONS: usize = 3;

/// Runs a scenario in every order of its threads' steps. Fails if an assertion fails in one of them, or if threads
/// deadlock.
pub(crate) fn explore(scenario: impl Fn() + Send + Sync + 'static) {
    explore_with(0, scenario);
}

/// Like [`explore`], but with two preemptions fewer, for whole incarnations, which take many steps.
pub(crate) fn explore_incarnations(scenario: impl Fn() + Send + Sync + 'static) {
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

/// An atomic that loom observes. Each operation on a wrapped value performs one operation on it.
#[derive(Debug, Default)]
struct Steps(AtomicUsize);

impl Steps {
    /// A step that changes the value. Loom may run another thread first. The `AcqRel` synchronizes with all earlier
    /// steps.
    fn take(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }

    /// A step that only reads the value. The `Acquire` synchronizes with all earlier calls of `take`.
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
        // Synchronizes with the `take` in `set` or `get_or_init`, also if the value was set after `look`.
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
        // No other thread runs between this step and the initialization.
        self.steps.take();
        self.value.get_or_init(|| value)
    }
}

impl<T> Default for OnceLock<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// The mutex of loom, with the methods of `spin::mutex::SpinMutex`.
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

/// Tokio may pass the notification on to another waiter.
impl Drop for Notified<'_> {
    fn drop(&mut self) {
        self.steps.take();
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
    use std::fmt;
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

    impl<T> fmt::Debug for UnboundedReceiver<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.receiver.fmt(f)
        }
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
