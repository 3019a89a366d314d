//! An example as a process: started, watched, sent signals, and waited for.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{env, fs, process};

/// The longest time of a wait, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The command that runs the example `name`.
pub fn example(name: &str) -> Command {
    let test = env::current_exe().expect("the path of this test");
    let target = test.ancestors().nth(2).expect("target/debug");
    let path = target.join("examples").join(name);
    assert!(
        path.exists(),
        "{} is not built: run `cargo build --examples`",
        path.display()
    );
    Command::new(path)
}

/// Polls until `condition` returns `Some`.
pub fn wait_until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(Instant::now() < end, "timed out waiting for {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A running process, killed at the end of the test if it still runs.
pub struct Running {
    child: Child,
    stdout: Pipe,
    stderr: Pipe,
}

/// The end of a process, and its output.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    /// The time from the begin of the wait to the end.
    pub took: Duration,
}

impl Running {
    /// Starts a process.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a process");
        let stdout: ChildStdout = child.stdout.take().expect("a pipe");
        let stderr: ChildStderr = child.stderr.take().expect("a pipe");
        Self {
            child,
            stdout: Pipe::read(stdout),
            stderr: Pipe::read(stderr),
        }
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{signal}"))
            .arg(self.child.id().to_string())
            .status();
        assert!(sent.expect("the command `kill`").success());
    }

    /// Its standard input, if it was started with a pipe for it.
    pub fn stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("a pipe")
    }

    /// Waits until it has printed a line that `wanted` accepts, to the standard output.
    pub fn wait_for_line(&self, what: &str, wanted: impl Fn(&str) -> bool) {
        wait_until(what, || {
            self.stdout.text().lines().find(|l| wanted(l)).map(drop)
        });
    }

    /// Waits until it has printed a line that begins with `prefix`. Returns the rest of the line.
    pub fn wait_for_rest(&self, prefix: &str) -> String {
        wait_until(prefix, || {
            let printed = self.stdout.text();
            // Only a complete line.
            let (lines, _) = printed.rsplit_once('\n')?;
            let mut lines = lines.lines();
            lines
                .find_map(|line| line.strip_prefix(prefix))
                .map(str::to_owned)
        })
    }

    /// Waits until it has printed `text` to the standard error.
    pub fn wait_for_error(&self, text: &str) {
        wait_until(text, || self.stderr.text().contains(text).then_some(()));
    }

    /// Waits until it has ended.
    pub fn wait(mut self) -> Ended {
        let start = Instant::now();
        let status = wait_until("the end of the process", || {
            self.child.try_wait().expect("a status")
        });
        Ended {
            status,
            took: start.elapsed(),
            stdout: self.stdout.end(),
            stderr: self.stderr.end(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails if the process has ended, which is the normal case.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// Asserts the exit code. On failure, the output is shown.
    pub fn assert_code(&self, code: i32) {
        assert_eq!(self.status.code(), Some(code), "{self:#?}");
    }
}

/// The output of a process, read line by line as it comes.
struct Pipe {
    text: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Pipe {
    fn read(pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let shared = Arc::clone(&text);
        let reader = thread::spawn(move || {
            for line in BufReader::new(pipe).lines() {
                let line = line.expect("text");
                let mut text = shared.lock().expect("no panic");
                text.push_str(&line);
                text.push('\n');
            }
        });
        Self {
            text,
            reader: Some(reader),
        }
    }

    fn text(&self) -> String {
        self.text.lock().expect("no panic").clone()
    }

    fn end(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("no panic");
        }
        self.text()
    }
}

/// A directory for one test, removed at its end.
pub struct Directory(PathBuf);

impl Directory {
    /// Makes the directory; `test` distinguishes it from those of other tests.
    pub fn new(test: &str) -> Self {
        let path = env::temp_dir().join(format!("fluid-{}-{test}", process::id()));
        fs::create_dir_all(&path).expect("a temporary directory");
        Self(path)
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
