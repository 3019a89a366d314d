//! Samples of memory, tasks and threads of a run, and whether they stay flat.

use std::fmt;
use std::fs;

use tokio::runtime::Handle;

/// By how many per cent the median of the last third may exceed that of the second.
const GROWTH: u64 = 5;

/// The resources of the process at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Resident memory, in KiB.
    pub memory: u64,
    /// Tasks of the runtime that have not ended.
    pub tasks: u64,
    /// Threads of the process.
    pub threads: u64,
    /// The number of restarts so far.
    pub restarts: u64,
}

impl Sample {
    /// Samples this process.
    pub fn now(restarts: u64) -> Self {
        let status = fs::read_to_string("/proc/self/status").expect("Linux");
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let word = line.and_then(|rest| rest.split_whitespace().next());
            word.and_then(|word| word.parse().ok()).expect("a number")
        };
        Self {
            memory: number("VmRSS:"),
            tasks: Handle::current().metrics().num_alive_tasks() as u64,
            threads: number("Threads:"),
            restarts,
        }
    }
}

/// One quantity over a run: the medians of its second and its last third. The first third is for warming up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    name: &'static str,
    second: u64,
    last: u64,
    /// The growth that is always allowed.
    slack: u64,
}

impl Course {
    /// Whether the last third exceeds the second by at most 5 % and the slack.
    pub const fn is_flat(&self) -> bool {
        self.last <= self.second + self.second * GROWTH / 100 + self.slack
    }

    /// The quantities that must be flat.
    pub fn all(samples: &[Sample]) -> [Self; 3] {
        let course = |name, slack, of: fn(&Sample) -> u64| {
            let third = samples.len() / 3;
            let (second, last) = (third..2 * third, 2 * third..samples.len());
            Self {
                name,
                second: median(samples[second].iter().map(of).collect()),
                last: median(samples[last].iter().map(of).collect()),
                slack,
            }
        };
        [
            course("memory in KiB", 1_024, |sample| sample.memory),
            course("tasks", 2, |sample| sample.tasks),
            course("threads", 2, |sample| sample.threads),
        ]
    }
}

impl fmt::Display for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name, second, last, ..
        } = self;
        let verdict = if self.is_flat() { "flat" } else { "NOT FLAT" };
        write!(
            f,
            "{name}: {second} in the second third, {last} in the last: {verdict}"
        )
    }
}

/// Whether workers were restarted in each third of the run.
pub fn restarts_went_on(samples: &[Sample]) -> bool {
    let third = (samples.len() / 3).max(1);
    let in_each = samples.chunks_exact(third).map(|third| {
        let [first, .., last] = third else {
            return false;
        };
        first.restarts < last.restarts
    });
    in_each.take(3).all(|went_on| went_on)
}

/// The median; 0 of an empty list.
fn median(mut numbers: Vec<u64>) -> u64 {
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of thirty samples, whose values are those of the function.
    fn run(value: impl Fn(u64) -> u64) -> Vec<Sample> {
        let sample = |at| Sample {
            memory: value(at),
            tasks: value(at),
            threads: value(at),
            restarts: value(at),
        };
        (0..30).map(sample).collect()
    }

    fn flat(samples: &[Sample]) -> [bool; 3] {
        Course::all(samples).map(|course| course.is_flat())
    }

    #[test]
    fn constant_values_are_flat_and_so_is_early_growth() {
        assert_eq!(flat(&run(|_| 10_000)), [true; 3]);
        assert_eq!(flat(&run(|at| at.min(9) * 10_000)), [true; 3]);
        assert_eq!(flat(&run(|at| 30 - at)), [true; 3]);
    }

    #[test]
    fn steady_growth_is_not_flat() {
        assert_eq!(flat(&run(|at| at * 1_000)), [false; 3]);
        // For memory this is within the slack.
        assert_eq!(flat(&run(|at| at)), [true, false, false]);
    }

    #[test]
    fn a_single_peak_is_flat() {
        assert_eq!(
            flat(&run(|at| if at == 25 { 1 << 40 } else { 50 })),
            [true; 3]
        );
    }

    #[test]
    fn the_limit_of_growth_is_five_per_cent_plus_the_slack() {
        let course = |last| Course {
            name: "",
            second: 1_000,
            last,
            slack: 3,
        };
        assert!(course(1_053).is_flat());
        assert!(!course(1_054).is_flat());
    }

    #[test]
    fn a_third_of_the_run_without_restarts_is_detected() {
        assert!(restarts_went_on(&run(|at| at)));
        assert!(!restarts_went_on(&run(|at| at.min(20))));
        assert!(!restarts_went_on(&run(|_| 7)));
    }

    #[tokio::test]
    async fn the_gauge_of_this_process_is_not_zero() {
        let before = Sample::now(0);
        assert!(before.memory > 100 && before.threads > 0);
        let task = tokio::spawn(std::future::pending::<()>());
        assert_eq!(Sample::now(0).tasks, before.tasks + 1);
        task.abort();
    }
}
