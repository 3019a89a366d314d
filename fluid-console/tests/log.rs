//! What the console logs. In a process of its own: a test in another thread without a subscriber may turn its events off.

#[allow(dead_code, reason = "the tests in `http/` use the rest")]
#[path = "http/support.rs"]
mod support;

use std::io;
use std::sync::{Arc, Mutex};

use support::{TOKEN, request, started};

/// What was logged in this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn each_stop_and_each_refusal_is_logged_without_the_token() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.with_ansi(false).finish());
    let (group, address) = started(|console| console.with_control(TOKEN)).await;
    let wrong = format!("Authorization: Bearer x{TOKEN}");
    request(address, "POST /stop", &[&wrong]).await;
    request(address, "GET /status", &["Host: attacker.test"]).await;
    let right = format!("Authorization: Bearer {TOKEN}");
    request(address, "POST /stop", &[&right]).await;
    assert!(group.wait_for_shutdown().await.is_success());

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<_> = log.lines().filter(|line| line.contains("WARN")).collect();
    for (line, text) in [
        (0, "console: stop refused remote=\"127.0.0.1:"),
        (1, "console: refused remote=\"127.0.0.1:"),
        (2, "console: stop remote=\"127.0.0.1:"),
    ] {
        assert!(lines[line].contains(text), "{text}: {log}");
    }
    assert!(!log.contains(TOKEN), "{log}");
}
