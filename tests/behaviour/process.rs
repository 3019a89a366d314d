//! A group as a process: signals, grace period, exit code. The program is `tests/bin/stuck.rs`.

use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::support::{ms, secs};

fn process(mode: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_stuck"))
        .arg(mode)
        .env_remove("FLUID_STOPPING_GRACE_PERIOD")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// The exit code, the text on standard error, and the time until the end.
async fn end_of(mut process: Child, limit: Duration) -> (i32, String, Duration) {
    let begun = Instant::now();
    let status = timeout(limit, process.wait())
        .await
        .expect("the process ends")
        .unwrap();
    let took = begun.elapsed();
    let mut text = String::new();
    process
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .await
        .unwrap();
    (status.code().expect("no signal killed it"), text, took)
}

#[tokio::test]
async fn main_ends_in_time_when_workers_block_every_thread() {
    for (mode, name) in [
        ("all_threads", "deaf"),
        ("blocking", "blocker"),
        ("pending", "deaf"),
    ] {
        let (code, text, took) = end_of(process(mode), secs(20)).await;
        assert_eq!(code, 1, "{mode}: {text}");
        // 200 ms until the stop, 300 ms of grace, a second, and a second for a loaded machine.
        assert!(took < ms(2500), "{mode}: {took:?}");
        assert!(
            text.contains(name) && text.contains("force-stopped"),
            "{mode}: {text}"
        );
        assert_eq!(text.contains("STUCK"), mode != "pending", "{mode}: {text}");
    }
}

#[tokio::test]
async fn a_panic_beside_a_group_that_was_not_started_ends_the_process_normally() {
    let (code, output, _) = end_of(process("panics"), secs(10)).await;
    assert_eq!(code, 101, "{output}");
}

#[tokio::test]
async fn a_slow_drop_of_an_unstarted_worker_does_not_delay_the_exit() {
    let (code, output, _) = end_of(process("dropped"), secs(10)).await;
    assert_eq!(code, 2, "{output}");
    assert!(output.contains("no start"), "{output}");
}

#[tokio::test]
async fn a_failed_after_shutdown_is_in_the_exit_code() {
    let (code, output, _) = end_of(process("after_fails"), secs(10)).await;
    assert_eq!(code, 2, "{output}");
    assert!(
        output.contains("`after_shutdown` failed: cannot report"),
        "{output}"
    );
}

/// Waits until the process prints `ready`. Returns its further output.
async fn ready(process: &mut Child) -> Lines<BufReader<ChildStdout>> {
    let out = process.stdout.take().unwrap();
    let mut lines = BufReader::new(out).lines();
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("ready"));
    lines
}

async fn signal(process: &Child, signal: &str) {
    let id = process.id().expect("it runs").to_string();
    let status = Command::new("kill")
        .args([signal, &id])
        .status()
        .await
        .unwrap();
    assert!(status.success());
}

#[tokio::test]
async fn sigterm_and_sigint_stop_the_process_gracefully() {
    for name in ["-TERM", "-INT"] {
        let mut process = process("obedient");
        let _lines = ready(&mut process).await;
        signal(&process, name).await;
        let (code, text, _) = end_of(process, secs(10)).await;
        assert_eq!(code, 0, "{text}");
    }
}

#[tokio::test]
async fn a_signal_during_a_start_ends_the_start_and_is_the_cause() {
    // The grace period is an hour, so nothing here waits for its end.
    for (mode, started) in [
        ("starting", "starts  stopped  never started"),
        ("hook_starting", "deaf  stopped  never started"),
    ] {
        for (name, cause) in [("-TERM", "by SIGTERM"), ("-INT", "by SIGINT")] {
            let mut process = process(mode);
            let _lines = ready(&mut process).await;
            signal(&process, name).await;
            let (code, text, _) = end_of(process, secs(10)).await;
            assert_eq!(code, 0, "{mode}: {text}");
            assert!(
                text.contains(cause) && text.contains(started),
                "{mode}: {text}"
            );
            assert!(
                !text.contains("failed") && !text.contains("forced"),
                "{mode}: {text}"
            );
        }
    }
}

#[tokio::test]
async fn a_start_that_blocks_its_thread_is_forced_and_the_signal_is_the_cause() {
    let mut process = process("hook_blocks");
    let _lines = ready(&mut process).await;
    signal(&process, "-TERM").await;
    let (code, text, took) = end_of(process, secs(10)).await;
    // 300 ms of grace, a second, and a second for a loaded machine.
    assert!(took < ms(2500), "{took:?}");
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("by SIGTERM, forced: grace period over"),
        "{text}"
    );
}

#[tokio::test]
async fn the_exit_names_the_signal_that_forced_the_stop() {
    let mut process = process("deaf");
    let mut lines = ready(&mut process).await;
    signal(&process, "-TERM").await;
    assert_eq!(
        lines.next_line().await.unwrap().as_deref(),
        Some("stopping")
    );
    signal(&process, "-INT").await;
    let (code, text, _) = end_of(process, secs(10)).await;
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("by SIGTERM, forced: second signal (SIGINT)"),
        "{text}"
    );
    assert!(!text.contains("grace"), "{text}");
}

#[tokio::test]
async fn a_second_signal_ends_the_process_at_once() {
    let mut process = process("patient");
    let _lines = ready(&mut process).await;
    signal(&process, "-INT").await;
    assert!(timeout(ms(300), process.wait()).await.is_err());
    signal(&process, "-INT").await;
    let (code, text, took) = end_of(process, secs(10)).await;
    assert!(took < ms(1500), "{took:?}");
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("by SIGINT") && text.contains("`on_shutdown` was cut off"),
        "{text}"
    );
}

#[tokio::test]
async fn the_grace_period_is_read_from_the_environment() {
    let run = async |mode: &str, value: &str| {
        let process = Command::new(env!("CARGO_BIN_EXE_stuck"))
            .arg(mode)
            .env("FLUID_STOPPING_GRACE_PERIOD", value)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        end_of(process, secs(10)).await
    };
    let (code, text, _) = run("grace", "soon").await;
    assert_eq!(code, 2);
    assert!(
        text.contains("FLUID_STOPPING_GRACE_PERIOD") && text.contains("soon"),
        "{text}"
    );
    let (code, text, _) = run("grace", "0.5").await;
    assert_eq!(code, 0, "{text}");
    // The code allows an hour, and the worker never completes.
    let (code, text, _) = run("overridden", "0.3").await;
    assert_eq!(code, 1, "{text}");
}

#[tokio::test]
async fn signals_that_come_while_on_signal_runs_cause_one_more_run_and_its_failure_is_only_logged()
{
    let mut process = Command::new(env!("CARGO_BIN_EXE_reload"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    // The next lines, in any order.
    let mut next = async |expected: &[&str]| {
        let mut printed = Vec::new();
        for _ in expected {
            let line = timeout(secs(10), lines.next_line()).await;
            printed.push(line.expect("a line").unwrap().expect("a line"));
        }
        printed.sort();
        assert_eq!(printed, expected);
    };
    next(&["listening", "watching"]).await;
    signal(&process, "-HUP").await;
    next(&["began 1", "got 1"]).await;
    for got in ["got 2", "got 3", "got 4"] {
        signal(&process, "-HUP").await;
        next(&[got]).await;
    }
    input.write_all(b"\n").await.unwrap();
    next(&["began 2", "ended 1"]).await;
    input.write_all(b"\n").await.unwrap();
    next(&["ended 2"]).await;
    signal(&process, "-HUP").await;
    next(&["began 3", "got 5"]).await;
    signal(&process, "-TERM").await;
    input.write_all(b"\n").await.unwrap();
    next(&["ended 3"]).await;
    let (code, text, _) = end_of(process, secs(10)).await;
    assert_eq!(code, 0, "{text}");
}
