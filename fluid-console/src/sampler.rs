//! The task that takes snapshots, one for all readers.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use fluid::graph::Graph;
use fluid::{GroupHandle, State};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::MissedTickBehavior;

use crate::history::History;
use crate::snapshot::Snapshot;

/// Takes a [`Snapshot`] of a group in each period, and keeps the [`History`].
///
/// One task takes the snapshots, however many readers there are. It ends with the group, or when the last clone of the
/// sampler is dropped.
#[derive(Clone, Debug)]
pub struct Sampler {
    source: Arc<Source>,
    _task: Arc<AbortOnDrop>,
}

/// A snapshot that all readers share, with its JSON.
#[derive(Debug)]
pub struct Sample {
    snapshot: Snapshot,
    json: OnceLock<String>,
}

#[derive(Debug)]
struct Source {
    group: GroupHandle,
    graph: Option<&'static Graph>,
    latest: watch::Sender<Arc<Sample>>,
    history: Mutex<History>,
}

impl Sampler {
    /// Starts the task.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, or if the period is zero.
    #[must_use]
    pub fn start(group: &GroupHandle, graph: Option<&'static Graph>, period: Duration) -> Self {
        assert!(!period.is_zero(), "the period of a sampler is not zero");
        let first = Snapshot::after(None, group, graph);
        let source = Arc::new(Source {
            group: group.clone(),
            graph,
            latest: watch::Sender::new(Arc::new(first.into())),
            history: Mutex::new(History::new(period)),
        });
        let task = tokio::spawn(Arc::clone(&source).sample_each(period));
        let _task = Arc::new(AbortOnDrop(task.abort_handle()));
        Self { source, _task }
    }

    /// The last sample.
    #[must_use]
    pub fn latest(&self) -> Arc<Sample> {
        Arc::clone(&self.source.latest.borrow())
    }

    /// A receiver of the samples. A slow reader skips samples.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Arc<Sample>> {
        self.source.latest.subscribe()
    }

    /// Takes a sample now, for all readers.
    pub fn refresh(&self) {
        self.source.sample();
    }

    /// Calls `read` with the history.
    pub fn history<T>(&self, read: impl FnOnce(&History) -> T) -> T {
        let history = self.source.history.lock();
        read(&history.unwrap_or_else(PoisonError::into_inner))
    }
}

impl Source {
    async fn sample_each(self: Arc<Self>, period: Duration) {
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        // The first tick is due at once, when the first sample has just been taken.
        ticks.tick().await;
        loop {
            tokio::select! {
                _ = ticks.tick() => {
                    let sample = self.sample();
                    let history = self.history.lock();
                    history.unwrap_or_else(PoisonError::into_inner).add(&sample.snapshot);
                }
                _ = self.group.wait_for(State::Stopped) => break,
            }
        }
        self.sample();
    }

    fn sample(&self) -> Arc<Sample> {
        let before = Arc::clone(&self.latest.borrow());
        let snapshot = Snapshot::after(Some(before.snapshot()), &self.group, self.graph);
        let sample = Arc::new(Sample::from(snapshot));
        self.latest.send_replace(Arc::clone(&sample));
        sample
    }
}

impl Sample {
    /// The snapshot.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The snapshot as JSON. Made once, by the first reader.
    #[must_use]
    pub fn json(&self) -> &str {
        let json = || serde_json::to_string(&self.snapshot);
        self.json
            .get_or_init(|| json().expect("a snapshot has only serializable parts"))
    }
}

impl From<Snapshot> for Sample {
    fn from(snapshot: Snapshot) -> Self {
        Self {
            snapshot,
            json: OnceLock::new(),
        }
    }
}

#[derive(Debug)]
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests;
