//! Instructions, counted by callgrind.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use fluid_hot_paths::HotPath;

/// How many instructions one more unit takes on this path.
///
/// The difference between a run with many units and one with few, so that one-time work such as the start cancels out.
pub fn instructions(path: &HotPath) -> f64 {
    let [few, many] = [path.few, path.many].map(|units| (units, count(path, units)));
    (many.1 - few.1) as f64 / (many.0 - few.0) as f64
}

/// The file that callgrind writes for this many units on this path.
pub fn file(path: &HotPath, units: u64) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/target/callgrind");
    PathBuf::from(format!("{folder}/{}.{units}.out", path.name))
}

/// The function that is counted, on its own thread. The start of the process is not in the count, nor is its end, which
/// is sometimes cut short.
const FUNCTION: &str = "fluid_hot_paths::path::HotPath::run";
/// Turns off the copies that the C library selects by processor, so that counts are the same everywhere. `rep movsb`
/// would also count as one instruction for each byte.
const ANY_PROCESSOR: &str = "glibc.cpu.hwcaps=-AVX2,-AVX_Fast_Unaligned_Load,-SSSE3,-ERMS,-FSRM";

/// How many instructions this many units take.
fn count(path: &HotPath, units: u64) -> u64 {
    let out = file(path, units);
    fs::create_dir_all(out.parent().expect("a folder"))
        .expect("a folder for what callgrind writes");
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--toggle-collect={FUNCTION}"))
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(env::current_exe().expect("this program"))
        .args([path.name, &units.to_string()])
        .env_clear()
        .env("GLIBC_TUNABLES", ANY_PROCESSOR)
        .envs(env::var_os("PATH").map(|path| ("PATH", path)));
    let output = command.output().unwrap_or_else(|error| {
        panic!("valgrind: {error}; to install it: apt-get install valgrind")
    });
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}: {}\n{told}",
        path.name,
        output.status
    );
    let written = fs::read_to_string(&out).expect("what callgrind wrote");
    let count = summary(&written).filter(|&count| count > 0);
    count.unwrap_or_else(|| panic!("nothing of {FUNCTION} in {}", out.display()))
}

/// The count of the whole process.
fn summary(written: &str) -> Option<u64> {
    let line = written
        .lines()
        .find_map(|line| line.strip_prefix("summary: "))?;
    line.trim().parse().ok()
}
