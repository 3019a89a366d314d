//! The numbers of the last 15 minutes, bounded.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde::Serialize;

use crate::snapshot::Snapshot;

/// How far the history reaches back.
const REACH: Duration = Duration::from_secs(15 * 60);

/// The most points of one series. A shorter period reaches less far back.
const POINTS: usize = 900;

/// The most workers whose numbers are kept.
const WORKERS: usize = 256;

/// The throughput and the queue size of each worker over the last 15 minutes. Serializable.
///
/// It keeps at most 900 points of at most 256 workers, which is less than 2 MiB. A worker that is no longer a member is
/// left out.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct History {
    /// The time between two points, in seconds.
    period: f64,
    /// The series by the path of the worker. The last points of all series are of the same time.
    workers: BTreeMap<String, Series>,
    #[serde(skip)]
    points: usize,
}

/// The points of one worker, the oldest first.
#[derive(Clone, Debug, Default, Serialize)]
struct Series {
    /// [`throughput`](crate::WorkerSnapshot::throughput), rounded to a tenth.
    rate: VecDeque<f32>,
    queue: VecDeque<u32>,
}

impl History {
    pub(crate) fn new(period: Duration) -> Self {
        let period = period.as_secs_f64();
        let points = (REACH.as_secs_f64() / period) as usize;
        Self {
            period,
            workers: BTreeMap::new(),
            points: points.clamp(1, POINTS),
        }
    }

    pub(crate) fn add(&mut self, snapshot: &Snapshot) {
        self.workers
            .retain(|path, _| snapshot.worker(path).is_some());
        for worker in &snapshot.workers {
            let is_full = self.workers.len() >= WORKERS;
            if is_full && !self.workers.contains_key(&worker.path) {
                continue;
            }
            let series = self.workers.entry(worker.path.clone()).or_default();
            let rate = worker.throughput().unwrap_or_default() as f32;
            keep(&mut series.rate, (rate * 10.0).round() / 10.0, self.points);
            let queued = worker.queue_size.unwrap_or_default();
            let queued = u32::try_from(queued).unwrap_or(u32::MAX);
            keep(&mut series.queue, queued, self.points);
        }
    }

    /// The throughputs of a worker, the oldest first.
    pub fn rates(&self, path: &str) -> impl Iterator<Item = f32> {
        let series = self.workers.get(path).into_iter();
        series.flat_map(|series| series.rate.iter().copied())
    }

    /// The queue sizes of a worker, the oldest first.
    pub fn queue_sizes(&self, path: &str) -> impl Iterator<Item = u32> {
        let series = self.workers.get(path).into_iter();
        series.flat_map(|series| series.queue.iter().copied())
    }
}

fn keep<T>(points: &mut VecDeque<T>, point: T, most: usize) {
    if points.len() == most {
        points.pop_front();
    }
    points.push_back(point);
}

#[cfg(test)]
mod tests {
    use fluid::{Workers, consumer};

    use super::*;

    #[consumer]
    async fn store(_number: u64) {}

    fn group(workers: usize) -> Workers {
        let mut group = Workers::new("group");
        for _ in 0..workers {
            group.add(Store);
        }
        group
    }

    #[test]
    fn a_series_keeps_the_last_fifteen_minutes_and_at_most_900_points() {
        let group = group(1);
        let snapshot = Snapshot::of(&group.handle());
        for (millis, points) in [(100, 900), (1_000, 900), (10_000, 90), (3_600_000, 1)] {
            let mut history = History::new(Duration::from_millis(millis));
            for _ in 0..1_000 {
                history.add(&snapshot);
            }
            assert_eq!(history.rates("store").count(), points);
            assert_eq!(history.queue_sizes("store").count(), points);
        }
    }

    #[test]
    fn a_history_keeps_at_most_256_workers_and_drops_those_that_left() {
        let mut history = History::new(Duration::from_secs(1));
        history.add(&Snapshot::of(&group(300).handle()));
        assert_eq!(history.workers.len(), 256);
        history.add(&Snapshot::of(&group(1).handle()));
        assert_eq!(history.workers.len(), 1);
        assert_eq!(history.rates("store").count(), 2);
    }
}
