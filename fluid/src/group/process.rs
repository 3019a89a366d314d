//! A group as a whole process: its signals, its runtime and its exit code.

use std::io;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::time::Instant;

use crate::group::workers::Workers;
use crate::report::cause::{Cause, Forced};
use crate::report::exit::Exit;

/// How long the workers may take to end after a second signal has forced them.
const SECOND_SIGNAL_SLACK: Duration = Duration::from_millis(100);

impl Workers {
    /// Runs the group until it ends. SIGINT and SIGTERM ask it to stop. If the group is still starting,
    /// `on_startup` is dropped at its `await`. A second signal forces the group to end at once, and
    /// [`Exit::forced_by`] names that signal.
    ///
    /// From the first call on, tokio handles these two signals for the rest of the process. They no longer end the
    /// process by themselves, also after this method has returned.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with its I/O and time drivers enabled.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the group continues and ignores signals.
    pub async fn run(self) -> Exit {
        let group = self.handle();
        let mut signals = match ProcessSignals::listen() {
            Ok(signals) => signals,
            Err(error) => {
                let (worker, error) = ("signals".into(), error.into());
                return self.fail(Cause::StartupFailed { worker, error });
            }
        };
        let life = async {
            match self.startup().await {
                Ok(group) => group.wait_for_shutdown().await,
                Err(exit) => exit,
            }
        };
        let mut life = std::pin::pin!(life);
        let first = tokio::select! {
            exit = &mut life => return exit,
            signal = signals.next() => signal,
        };
        group.node().ask_to_stop(Some(Cause::Signal(first)));
        tokio::select! {
            exit = &mut life => return exit,
            second = signals.next() => {
                tracing::warn!(signal = second, "second signal, forcing");
                let until = Instant::now() + SECOND_SIGNAL_SLACK;
                group.node().force(until, Forced::SecondSignal(second));
            }
        }
        life.await
    }

    /// Builds a tokio runtime, [`run`](Self::run)s the group on it, and returns its exit, for `main` to return.
    ///
    /// The workers have a multi-threaded runtime, and the group is supervised on the calling thread. So workers
    /// that block every thread of their runtime do not delay the end of the process. It ends within the grace
    /// period and a second, and the exit names the stuck workers.
    ///
    /// # Panics
    ///
    /// If no runtime can be built, or if it is called within a tokio runtime: use [`run`](Self::run) there.
    pub fn main(self) -> Exit {
        assert!(
            tokio::runtime::Handle::try_current().is_err(),
            "`main` builds a runtime of its own, and cannot do so within another one: use `run`"
        );
        let workers = Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime for the workers");
        let control = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime for control");
        let exit = control.block_on(self.on_runtime(workers.handle().clone()).run());
        // Waits for no thread, because a worker may block one for ever.
        workers.shutdown_background();
        exit
    }
}

/// The signals that ask a process to stop.
struct ProcessSignals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl ProcessSignals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}

#[cfg(not(unix))]
impl ProcessSignals {
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn next(&mut self) -> &'static str {
        match tokio::signal::ctrl_c().await {
            Ok(()) => "Ctrl-C",
            // There is no signal to wait for.
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::group::slot::Member;
    use crate::node::context::Context;
    use crate::options::Options;
    use crate::state::Nothing;
    use crate::worker::{Io, Worker};

    /// Never ends.
    struct Deaf;

    impl Worker for Deaf {
        type Message = Nothing;
        type Output = Nothing;
        type Ports = ();

        async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
            std::future::pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_signal_cuts_on_stopping_off() {
        let mut workers = Workers::new("group").grace(Duration::from_secs(10));
        workers.add(Deaf);
        workers.on_stopping(std::future::pending::<()>);
        let group = workers.startup().await.unwrap();
        let start = Instant::now();
        group.node().ask_to_stop(Some(Cause::Signal("SIGTERM")));
        tokio::time::sleep(Duration::from_secs(1)).await;
        let until = Instant::now() + SECOND_SIGNAL_SLACK;
        group.node().force(until, Forced::SecondSignal("SIGTERM"));
        let exit = group.wait_for_shutdown().await;
        assert_eq!(start.elapsed(), Duration::from_secs(1), "{exit}");
        assert_eq!(exit.forced_by(), Some(Forced::SecondSignal("SIGTERM")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_forced_exit_names_the_reason_for_the_group_and_for_every_member() {
        for why in [Forced::SecondSignal("SIGINT"), Forced::GracePeriodOver] {
            let mut inner = Workers::new("inner");
            inner.add(Deaf);
            let mut workers = Workers::new("group").grace(Duration::from_secs(1));
            workers.add_group("inner", Options::new(), Member::into_member(inner));
            let group = workers.startup().await.unwrap();
            group.node().ask_to_stop(Some(Cause::Signal("SIGTERM")));
            if why != Forced::GracePeriodOver {
                group.node().ask_to_stop(None);
                let until = Instant::now() + SECOND_SIGNAL_SLACK;
                group.node().force(until, why);
            }
            let exit = group.wait_for_shutdown().await;
            for path in ["inner", "inner/deaf"] {
                let worker = exit.worker(path).unwrap();
                assert_eq!(worker.forced_by(), Some(why), "{path}: {worker}");
            }
            let first_line = exit.to_string();
            let expected = format!("by SIGTERM, forced: {why} (exit code 1)");
            assert!(first_line.contains(&expected), "{exit}");
        }
    }
}
