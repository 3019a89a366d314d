//! Where and when something was measured.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs, thread};

/// The processor, and how many of its cores there are to use.
pub fn processor() -> String {
    let told = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.and_then(|line| line.split_once(':'));
    let model = model.map_or(env::consts::ARCH, |(_, model)| model.trim());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let cores = if cores == 1 {
        "1 core".to_owned()
    } else {
        format!("{cores} cores")
    };
    format!("{model}, {cores}")
}

/// The value of `name` in a file such as `/proc/meminfo`, in kibibytes.
pub fn kibibytes(told: &str, name: &str) -> Option<u64> {
    let mut lines = told.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(of, _)| *of == name)?;
    value.trim().strip_suffix(" kB")?.parse().ok()
}

/// The compiler, as it names itself: `rustc 1.95.0`.
pub fn compiler() -> String {
    let output = Command::new("rustc")
        .arg("--version")
        .output()
        .expect("rustc");
    let version = String::from_utf8_lossy(&output.stdout);
    version
        .split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The version of a package, as a lock file has it.
pub fn version<'a>(lock: &'a str, package: &str) -> &'a str {
    let name = format!("name = \"{package}\"");
    let line = lock.lines().skip_while(|line| *line != name).nth(1);
    let version = line.and_then(|line| line.strip_prefix("version = "));
    version.unwrap_or("?").trim_matches('"')
}

/// Today, in UTC: `2026-11-24`.
pub fn today() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a time after 1970");
    date((now.as_secs() / 86_400) as i64)
}

/// The date that is this many days after 1 January 1970. Years are counted from March, so that a leap day is the last
/// day of its year.
fn date(days: i64) -> String {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, (month + 2) % 12 + 1);
    let year = era * 400 + year + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (19_782, "2024-02-29"),
            (20_781, "2026-11-24"),
        ] {
            assert_eq!(date(days), expected);
        }
    }

    #[test]
    fn a_version_is_that_of_the_package_alone() {
        let lock = "[[package]]\nname = \"tokio-util\"\nversion = \"0.7.1\"\n\n\
                    [[package]]\nname = \"tokio\"\nversion = \"1.2.3\"\n";
        assert_eq!(version(lock, "tokio"), "1.2.3");
        assert_eq!(version(lock, "tok"), "?");
    }

    #[test]
    fn kibibytes_are_those_of_the_line() {
        let told = "Name:\tidle\nVmRSSx:\t   7 kB\nVmRSS:\t  1234 kB\nThreads:\t3\n";
        assert_eq!(kibibytes(told, "VmRSS"), Some(1_234));
        assert_eq!(kibibytes(told, "Threads"), None);
        assert_eq!(kibibytes(told, "VmHWM"), None);
    }
}
