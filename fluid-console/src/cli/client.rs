//! A request to a console.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long each step of the request may take.
const WITHIN: Duration = Duration::from_secs(5);

/// The longest answer that is read.
const LONGEST: u64 = 64 << 20;

/// The body of the answer to `GET route`.
///
/// # Errors
///
/// If there is no console at the address, or its answer is no success.
pub(super) fn get(address: &str, route: &str, accept: &str) -> io::Result<String> {
    let mut addresses = address.to_socket_addrs()?;
    let target = addresses.next().ok_or(io::ErrorKind::AddrNotAvailable)?;
    let mut stream = TcpStream::connect_timeout(&target, WITHIN)?;
    stream.set_read_timeout(Some(WITHIN))?;
    stream.set_write_timeout(Some(WITHIN))?;
    write!(
        stream,
        "GET {route} HTTP/1.1\r\nHost: {address}\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.take(LONGEST).read_to_string(&mut answer)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| io::Error::other("no HTTP"))?;
    let status = head.lines().next().unwrap_or_default();
    match status.split(' ').nth(1) {
        Some("200") => Ok(body.to_owned()),
        _ => Err(io::Error::other(format!("{status}: {}", body.trim()))),
    }
}
