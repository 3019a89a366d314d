//! The console over real sockets.

mod control;
mod hostile;
mod routes;
mod stop;
mod support;
