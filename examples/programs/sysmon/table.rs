//! The live table of present and recent values.

use super::history::History;
use super::metric::Metric;
use super::reading::Reading;
use super::sample::{ProcessSample, Sample};
use super::sparkline::sparkline;
use super::units::{data, percent, time_of_day};

/// Draws the table for a terminal of 80 columns: a line for each metric, then the busiest processes.
pub fn render(history: &History) -> String {
    let Some(Reading { sample, .. }) = history.latest() else {
        return "no samples yet\n".into();
    };
    let mut lines = vec![
        headline(sample),
        String::new(),
        format!("{:10} {:>12} {:>12}  lately", "", "now", "max"),
    ];
    lines.extend(Metric::ALL.map(|metric| metric_line(metric, &history.values(metric))));
    lines.extend([amounts(sample), String::new()]);
    lines.push(format!(
        "{:>10} {:>12} {:>12}  process",
        "pid", "cpu", "memory"
    ));
    lines.extend(sample.busiest.iter().map(process_line));
    lines.join("\n") + "\n"
}

/// The heading with the number and the time of the sample.
fn headline(sample: &Sample) -> String {
    let time = time_of_day(sample.taken_at_ms);
    format!("sysmon     sample {}, {time} UTC", sample.number)
}

/// The amounts behind the percentages.
fn amounts(sample: &Sample) -> String {
    format!(
        "{:10} memory {} of {}, swap {}, disk {} of {}",
        "",
        data(sample.memory_used as f64),
        data(sample.memory_total as f64),
        data(sample.swap_used as f64),
        data(sample.disk_used as f64),
        data(sample.disk_total as f64),
    )
}

/// The line for one metric: its present value, its recent maximum, and its curve.
fn metric_line(metric: Metric, values: &[f64]) -> String {
    let now = values.last().copied().unwrap_or(0.0);
    let max = values.iter().copied().fold(now, f64::max);
    let curve = sparkline(values, metric.ceiling().unwrap_or(max));
    let [now, max] = [now, max].map(|value| metric.show(value));
    format!("{metric:10} {now:>12} {max:>12}  {curve}")
}

/// The line for one process.
fn process_line(process: &ProcessSample) -> String {
    format!(
        "{:>10} {:>12} {:>12}  {}",
        process.pid,
        percent(process.cpu_percent),
        data(process.memory as f64),
        printable(&process.name),
    )
}

/// The name of a process, without control characters, which could change the state of the terminal.
fn printable(name: &str) -> String {
    name.replace(char::is_control, "?")
}

#[cfg(test)]
mod tests {
    use super::super::rates::Rates;
    use super::*;

    /// A history of two readings, the later one with a process.
    fn history() -> History {
        let mut history = History::new();
        history.push(Reading::default());
        let process = ProcessSample {
            pid: 1234,
            name: "evil\x1b[2J".into(),
            cpu_percent: 150.0,
            memory: 3 << 20,
        };
        let sample = Sample {
            number: 2,
            taken_at_ms: 3_600_000,
            memory_used: 1 << 30,
            memory_total: 2 << 30,
            busiest: vec![process],
            ..Sample::default()
        };
        let rates = Rates {
            memory_percent: 50.0,
            network_sent_per_second: 2_048,
            ..Rates::default()
        };
        history.push(Reading { sample, rates });
        history
    }

    #[test]
    fn the_table_shows_every_number() {
        let wanted = "\
sysmon     sample 2, 01:00:00 UTC

                    now          max  lately
cpu               0.0 %        0.0 %  ▁▁
memory           50.0 %       50.0 %  ▁▅
disk              0.0 %        0.0 %  ▁▁
disk read         0 B/s        0 B/s  ▁▁
disk write        0 B/s        0 B/s  ▁▁
net in            0 B/s        0 B/s  ▁▁
net out       2.0 KiB/s    2.0 KiB/s  ▁█
           memory 1.0 GiB of 2.0 GiB, swap 0 B, disk 0 B of 0 B

       pid          cpu       memory  process
      1234      150.0 %      3.0 MiB  evil?[2J
";
        assert_eq!(render(&history()), wanted);
    }

    #[test]
    fn the_table_without_samples_says_so() {
        assert_eq!(render(&History::new()), "no samples yet\n");
    }
}
