//! The commands of a program.

use std::process::{ExitCode, Termination};
use std::time::Duration;

use fluid::{consumer, worker, workers};
use fluid_console::{Console, cli_from};

#[worker(heartbeat = "10ms")]
async fn poll() -> u64 {
    1
}

/// Ends after ten numbers.
#[consumer]
async fn store(number: u64, sum: &mut u64, fail: bool) -> Result<(), std::fmt::Error> {
    *sum += number;
    if *sum == 10 && fail {
        return Err(std::fmt::Error);
    }
    Ok(())
}

workers! {
    /// Polls and stores.
    pub struct Numbers(fail: bool) {
        poll: Poll,
        store: Store { sum: 0, fail },
    }

    poll => store;

    after("200ms") => group.gracefully_stop();
}

/// The exit code as a number: it has no other way to compare.
fn code(args: &[&str], fail: bool) -> String {
    let args = [&["numbers"], args].concat();
    format!("{:?}", cli_from(args, || Numbers::new(fail)))
}

fn is(code: u8) -> String {
    format!("{:?}", ExitCode::from(code).report())
}

#[test]
fn run_exits_with_the_code_of_the_exit() {
    assert_eq!(code(&[], false), is(0));
    assert_eq!(code(&["run"], false), is(0));
    assert_eq!(code(&["run"], true), is(2));
}

#[test]
fn run_with_a_console_that_cannot_listen_fails() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_eq!(code(&["run", "--console", &address], false), is(2));
    assert_eq!(code(&["run", "--console", "127.0.0.1:0"], false), is(0));
}

#[test]
fn graph_prints_every_format_and_a_wrong_command_line_fails() {
    for format in ["text", "mermaid", "dot", "svg", "json"] {
        assert_eq!(
            code(&["graph", "--format", format], false),
            is(0),
            "{format}"
        );
    }
    assert_eq!(code(&["graph", "--format", "png"], false), is(2));
    assert_eq!(code(&["fly"], false), is(2));
    assert_eq!(code(&["--help"], false), is(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn status_succeeds_only_with_a_console_that_answers() {
    let mut workers = fluid::Workers::new("idle").grace(Duration::from_secs(5));
    workers.add(Poll);
    let server = Console::new(&workers.handle()).bind("127.0.0.1:0");
    let mut address = server.address();
    workers.handle().add(server).unwrap();
    let group = workers.startup().await.unwrap();
    let address = address.wait().await.unwrap().to_string();
    let status = |address: String, args: &'static [&'static str]| async move {
        let run = move || code(&[&["status", "--console", &address], args].concat(), false);
        tokio::task::spawn_blocking(run).await.unwrap()
    };
    assert_eq!(status(address.clone(), &[]).await, is(0));
    assert_eq!(status(address.clone(), &["--json"]).await, is(0));
    assert!(group.shutdown().await.is_success());
    assert_eq!(status(address, &[]).await, is(2));
}
