//! The bounds on what clients can use of the process.

use std::time::Duration;

/// The most connections at a time. Others are closed when they are accepted.
pub(super) const CONNECTIONS: usize = 128;

/// The most clients of `/events` at a time. Others get `503`. So they leave connections for scrapes and health checks.
pub(super) const EVENT_CLIENTS: usize = 32;

/// The most bytes of the body of a request.
pub(super) const BODY: usize = 1024;

/// The most headers of a request.
pub(super) const HEADERS: usize = 64;

/// The most bytes that are read ahead of a connection. A longer head of a request gets `431`.
pub(super) const READ_BUFFER: usize = 16 * 1024;

/// How long a client may take to send the head of a request. A connection without a request is closed after that, too.
pub(super) const HEAD_WITHIN: Duration = Duration::from_secs(5);

/// How long a request may take, with its body.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// How long a client may take to read anything of what is sent to it.
pub(super) const WRITE_WITHIN: Duration = Duration::from_secs(10);

/// How long the server waits for its connections when it stops.
pub(super) const END_WITHIN: Duration = Duration::from_millis(500);
