//! The signals that run a callback.

use std::io;

/// A signal that can run a callback: see [`Callback::on_signal`](crate::Callback::on_signal). It exists on Unix only.
/// Elsewhere it never comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnixSignal {
    /// `SIGHUP`, by which daemons are asked to read their configuration again.
    Hangup,
    /// `SIGUSR1`
    User1,
    /// `SIGUSR2`
    User2,
    /// `SIGWINCH`: the size of the terminal has changed.
    WindowChange,
    /// `SIGQUIT`: by default it ends a process and dumps its memory.
    Quit,
}

impl UnixSignal {
    /// The name of the signal, such as `SIGHUP`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hangup => "SIGHUP",
            Self::User1 => "SIGUSR1",
            Self::User2 => "SIGUSR2",
            Self::WindowChange => "SIGWINCH",
            Self::Quit => "SIGQUIT",
        }
    }
}

/// Receives a signal. Signals that come between two calls of `next` are received as one.
pub(super) struct SignalListener {
    #[cfg(all(unix, feature = "process"))]
    stream: tokio::signal::unix::Signal,
}

#[cfg(all(unix, feature = "process"))]
impl SignalListener {
    pub(super) fn new(signal: UnixSignal) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal as listen};
        let kind = match signal {
            UnixSignal::Hangup => SignalKind::hangup(),
            UnixSignal::User1 => SignalKind::user_defined1(),
            UnixSignal::User2 => SignalKind::user_defined2(),
            UnixSignal::WindowChange => SignalKind::window_change(),
            UnixSignal::Quit => SignalKind::quit(),
        };
        Ok(Self {
            stream: listen(kind)?,
        })
    }

    pub(super) async fn next(&mut self) {
        if self.stream.recv().await.is_none() {
            // The runtime shuts down.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(all(unix, feature = "process")))]
impl SignalListener {
    pub(super) fn new(_: UnixSignal) -> io::Result<Self> {
        Ok(Self {})
    }

    pub(super) async fn next(&mut self) {
        std::future::pending::<()>().await;
    }
}
