//! The words and arrows of `workers!`.

/// A word that begins a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    Every,
    After,
    Cron,
    OnSignal,
    OnStartup,
    OnStopping,
    OnShutdown,
    AfterShutdown,
}

/// Whether parentheses stand between a keyword and its arrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parentheses {
    Never,
    Optional,
    Always,
}

/// The arrow of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrow {
    /// `=>`: a message waits for room in the queue of the consumer.
    Queued,
    /// `->`: the task of one worker calls the other one, without a queue.
    Fused,
    /// `~>`: no message waits for room, so the edge may close a cycle.
    Feedback,
}

/// The word before an adapter.
pub(crate) const WITH: &str = "with";

/// The name of the group's handle in callbacks.
pub(crate) const GROUP: &str = "group";

/// The port of every consumer for messages whose last attempt failed.
pub(crate) const FAILED: &str = "failed";

/// The port of every consumer for messages that it accepted and did not handle before its end.
pub(crate) const UNDELIVERED: &str = "undelivered";

/// The methods of a group and of its handle. An accessor of the same name would hide one of them.
pub(crate) const METHODS: &[&str] = &[
    "new",
    "startup",
    "scope",
    "run",
    "main",
    "shutdown",
    "wait_for_shutdown",
    "gracefully_stop",
    "state",
    "status",
    "exit",
    "add",
    "add_with",
    "add_async",
    "remove",
    "extend",
    "worker",
    "consumer",
    "register_callback",
    "bail_out",
    "is_running",
    "is_stopping",
    "responds",
    "grace_left",
    "wait_for",
    "num_workers",
    "worker_name",
    "clone",
];

/// The signals that can run a callback, each with its item of the runtime's `UnixSignal`.
pub(crate) const SIGNALS: [(&str, &str); 5] = [
    ("SIGHUP", "Hangup"),
    ("SIGUSR1", "User1"),
    ("SIGUSR2", "User2"),
    ("SIGWINCH", "WindowChange"),
    ("SIGQUIT", "Quit"),
];

/// The signals that stop a process, and so run no callback.
pub(crate) const STOP_SIGNALS: [&str; 2] = ["SIGTERM", "SIGINT"];

impl Keyword {
    pub(crate) const CALLBACKS: [Self; 4] = [Self::Every, Self::After, Self::Cron, Self::OnSignal];
    pub(crate) const HOOKS: [Self; 4] = [
        Self::OnStartup,
        Self::OnStopping,
        Self::OnShutdown,
        Self::AfterShutdown,
    ];

    pub(crate) fn of(word: &str) -> Option<Self> {
        let mut all = Self::CALLBACKS.into_iter().chain(Self::HOOKS);
        all.find(|keyword| keyword.word() == word)
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Every => "every",
            Self::After => "after",
            Self::Cron => "cron",
            Self::OnSignal => "on_signal",
            Self::OnStartup => "on_startup",
            Self::OnStopping => "on_stopping",
            Self::OnShutdown => "on_shutdown",
            Self::AfterShutdown => "after_shutdown",
        }
    }

    pub(crate) const fn parentheses(self) -> Parentheses {
        match self {
            Self::Every | Self::After | Self::Cron | Self::OnSignal => Parentheses::Always,
            Self::OnStartup | Self::OnStopping | Self::OnShutdown => Parentheses::Never,
            Self::AfterShutdown => Parentheses::Optional,
        }
    }

    /// An example of the statement, for errors.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Every => "every(\"30s\") => …;",
            Self::After => "after(\"5s\") => …;",
            Self::Cron => "cron(\"0 6 * * *\") => …;",
            Self::OnSignal => "on_signal(\"SIGHUP\") => …;",
            Self::OnStartup => "on_startup => …;",
            Self::OnStopping => "on_stopping => …;",
            Self::OnShutdown => "on_shutdown => …;",
            Self::AfterShutdown => "after_shutdown(exit) => …;",
        }
    }
}

impl Arrow {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Queued => "=>",
            Self::Fused => "->",
            Self::Feedback => "~>",
        }
    }
}
