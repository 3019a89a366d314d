//! A sample of the machine, and the sampler that takes it.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use sysinfo::{
    DiskRefreshKind, Disks, Networks, Process, ProcessRefreshKind, ProcessesToUpdate, System,
};

/// The number of busiest processes in a sample.
const BUSIEST: usize = 5;

/// The state of the machine at one moment.
///
/// The read, written, received and sent totals count since the machine was started.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Sample {
    /// The sampler that took it: the time it was made, in microseconds of Unix time.
    pub run: u64,
    /// Its number in the sequence of the sampler, from 1 on. A missing number is a lost sample.
    pub number: u64,
    /// When it was taken, in milliseconds of Unix time.
    pub taken_at_ms: u64,
    /// The load of all processors together since the last sample, 0 to 100.
    pub cpu_percent: f64,
    /// Memory in use, in bytes.
    pub memory_used: u64,
    /// Total memory, in bytes.
    pub memory_total: u64,
    /// Swap space in use, in bytes.
    pub swap_used: u64,
    /// Space in use on all disks together, in bytes.
    pub disk_used: u64,
    /// Size of all disks together, in bytes.
    pub disk_total: u64,
    /// Read from all disks so far, in bytes.
    pub disk_read: u64,
    /// Written to all disks so far, in bytes.
    pub disk_written: u64,
    /// Received by all network interfaces but loopback so far, in bytes.
    pub network_received: u64,
    /// Sent by all network interfaces but loopback so far, in bytes.
    pub network_sent: u64,
    /// The processes that used the most processor time, the busiest first.
    pub busiest: Vec<ProcessSample>,
}

/// The state of one process.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ProcessSample {
    /// The process id.
    pub pid: u32,
    /// The name of the program, as the system shortens it.
    pub name: String,
    /// Processor time, in percent of one processor: 200 means two busy processors.
    pub cpu_percent: f64,
    /// Memory in use, in bytes.
    pub memory: u64,
}

/// Takes samples. It owns the handles to the system, because many values are differences to the last sample.
#[derive(Debug)]
pub struct Sampler {
    run: u64,
    taken: u64,
    system: System,
    disks: Disks,
    networks: Networks,
}

impl Sampler {
    /// Makes a sampler. Its first sample measures from this moment on.
    ///
    /// # Panics
    ///
    /// On a platform that the crate `sysinfo` does not support.
    pub fn new() -> Self {
        let unsupported = "sysinfo supports this platform";
        let mut system = System::new().expect(unsupported);
        refresh(&mut system);
        Self {
            run: u64::try_from(unix_time().as_micros()).unwrap_or(u64::MAX),
            taken: 0,
            system,
            disks: Disks::new().expect(unsupported),
            networks: Networks::new().expect(unsupported),
        }
    }

    /// Takes a sample, which blocks the thread for some milliseconds.
    ///
    /// Processor loads need at least 200 ms between two samples. An earlier sample repeats the last ones.
    pub fn sample(&mut self) -> Sample {
        refresh(&mut self.system);
        self.disks.refresh_specifics(
            true,
            DiskRefreshKind::nothing().with_io_usage().with_storage(),
        );
        self.networks.refresh(true);
        self.taken += 1;

        let mut sample = Sample {
            run: self.run,
            number: self.taken,
            taken_at_ms: u64::try_from(unix_time().as_millis()).unwrap_or(u64::MAX),
            cpu_percent: tenths(self.system.global_cpu_usage()),
            memory_used: self.system.used_memory(),
            memory_total: self.system.total_memory(),
            swap_used: self.system.used_swap(),
            busiest: busiest(&self.system),
            ..Sample::default()
        };
        add_disks(&mut sample, &self.disks);
        add_networks(&mut sample, &self.networks);
        sample
    }
}

/// Refreshes the values of processors, memory and processes that a sample shows.
fn refresh(system: &mut System) {
    let processes = ProcessRefreshKind::nothing()
        .without_tasks()
        .with_cpu()
        .with_memory();
    system.refresh_cpu_usage();
    system.refresh_memory();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, processes);
}

/// The busiest processes, the busiest first. Equally busy processes are ordered by memory.
fn busiest(system: &System) -> Vec<ProcessSample> {
    let mut processes: Vec<&Process> = system.processes().values().collect();
    let order = |process: &&Process| {
        let cpu = tenths_as_integer(process.cpu_usage());
        (Reverse(cpu), Reverse(process.memory()), process.pid())
    };
    processes.sort_unstable_by_key(order);
    processes
        .into_iter()
        .take(BUSIEST)
        .map(process_sample)
        .collect()
}

/// The entry of one process in a sample.
fn process_sample(process: &Process) -> ProcessSample {
    ProcessSample {
        pid: process.pid().as_u32(),
        name: process.name().to_string_lossy().into_owned(),
        cpu_percent: tenths(process.cpu_usage()),
        memory: process.memory(),
    }
}

/// Adds up the disks. A device that is mounted several times counts once.
fn add_disks(sample: &mut Sample, disks: &Disks) {
    let mut seen = HashSet::new();
    for disk in disks.iter().filter(|disk| seen.insert(disk.name())) {
        let usage = disk.usage();
        sample.disk_used += disk.total_space().saturating_sub(disk.available_space());
        sample.disk_total += disk.total_space();
        sample.disk_read += usage.total_read_bytes;
        sample.disk_written += usage.total_written_bytes;
    }
}

/// Adds up the network interfaces, without loopback.
fn add_networks(sample: &mut Sample, networks: &Networks) {
    for network in networks.values() {
        if network.ip_networks().iter().any(|ip| ip.addr.is_loopback()) {
            continue;
        }
        sample.network_received += network.total_received();
        sample.network_sent += network.total_transmitted();
    }
}

/// A percentage rounded to tenths, the precision of the system.
fn tenths(percent: f32) -> f64 {
    f64::from(tenths_as_integer(percent)) / 10.0
}

/// A percentage in whole tenths, which is an ordered type.
fn tenths_as_integer(percent: f32) -> u32 {
    (percent * 10.0).round() as u32
}

/// The time since 1970, or zero if the clock is set to an earlier time.
fn unix_time() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sampler_counts_from_one_and_keeps_its_run() {
        let mut sampler = Sampler::new();
        let (first, second) = (sampler.sample(), sampler.sample());
        assert_eq!((first.number, second.number), (1, 2));
        assert_eq!(first.run, second.run);
        assert!(first.taken_at_ms <= second.taken_at_ms);
        assert_ne!(Sampler::new().run, first.run);
    }

    #[test]
    fn a_sample_of_this_machine_has_plausible_values() {
        let mut sampler = Sampler::new();
        std::thread::sleep(Duration::from_millis(250));
        let sample = sampler.sample();
        assert!((0.0..=100.0).contains(&sample.cpu_percent));
        assert!(sample.memory_used > 0 && sample.memory_used <= sample.memory_total);
        assert!(sample.disk_used <= sample.disk_total);
        assert!(!sample.busiest.is_empty() && sample.busiest.len() <= BUSIEST);
        assert!(
            sample
                .busiest
                .is_sorted_by(|a, b| a.cpu_percent >= b.cpu_percent)
        );
    }

    #[test]
    fn percentages_are_rounded_to_tenths() {
        assert_eq!(tenths(12.34), 12.3);
        assert_eq!(tenths(99.96), 100.0);
        assert_eq!(tenths(f32::NAN), 0.0);
        assert_eq!(tenths(-1.0), 0.0);
    }
}
