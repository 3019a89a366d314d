//! A short run of the soak, in real time: memory, tasks and threads stay flat, and every message is
//! accounted for. For a long one see CONTRIBUTING.

use std::process::Stdio;

use tokio::process::Command;
use tokio::time::timeout;

use crate::support::secs;

#[tokio::test]
async fn a_short_soak_keeps_memory_tasks_and_threads_flat() {
    let soak = Command::new(env!("CARGO_BIN_EXE_soak"))
        .arg("--duration=5s")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .output();
    let ended = timeout(secs(60), soak).await.expect("it ends").unwrap();
    let [out, err] = [&ended.stdout, &ended.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(ended.status.success(), "{err}\n{out}");
    assert_eq!(err, "", "{out}");
    for what in ["memory in KiB: ", "tasks: ", "threads: "] {
        let line = out.lines().find(|line| line.starts_with(what));
        let line = line.unwrap_or_else(|| panic!("no {what}\n{out}"));
        assert!(line.ends_with(": flat"), "{line}");
    }
    // Every part of the soak ended: a part without an exit has no line.
    for name in [
        "refine", "work", "write", "mirror", "bury", "ward", "listen",
    ] {
        let line = out.lines().find(|line| line.trim_start().starts_with(name));
        let line = line.unwrap_or_else(|| panic!("no `{name}`\n{out}"));
        assert!(line.contains("restart"), "{line}");
    }
}
