//! The HTTP server: status, metrics, health and the page.

mod access;
mod connection;
mod console;
mod control;
mod events;
mod limits;
mod page;
mod routes;
mod server;
mod token;

pub use console::Console;
pub use server::{Address, Server};
