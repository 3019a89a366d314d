//! The example `web` under load, with real connections and signals: its stop refuses no request that it had got.

mod process;

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use process::{Running, example, wait_until};

const CONNECTIONS: u32 = 64;
const REQUESTS: u32 = 20_000;

/// What the clients saw of one run of the server.
#[derive(Default)]
struct Load {
    /// How many requests have been sent.
    sent: AtomicU32,
    /// Set before the server gets its signal.
    stopped: AtomicBool,
}

/// What one client saw.
#[derive(Default)]
struct Seen {
    /// The orders that the server accepted.
    accepted: Vec<String>,
    /// Requests that were in the kernel before the stop, and what came instead of `202`.
    refused: Vec<String>,
}

/// Sends orders over one connection, until all are sent or the server closes it.
fn client(address: &str, load: &Load) -> Seen {
    let mut seen = Seen::default();
    let Ok(stream) = TcpStream::connect(address) else {
        return seen;
    };
    let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
    let mut stream = stream;
    loop {
        let number = load.sent.fetch_add(1, Ordering::Relaxed);
        if number >= REQUESTS {
            return seen;
        }
        let order = format!("order {number}");
        let request = format!(
            "POST /orders HTTP/1.1\r\nhost: web\r\ncontent-length: {}\r\n\r\n{order}",
            order.len()
        );
        let written = stream.write_all(request.as_bytes());
        // Once it is written, it is in the buffers of the kernel.
        let before = written.is_ok() && !load.stopped.load(Ordering::SeqCst);
        match written.and_then(|()| response(&mut reader)) {
            Ok((202, closes)) => {
                seen.accepted.push(order);
                if closes {
                    return seen;
                }
            }
            other if before => {
                seen.refused.push(format!("{order}: {other:?}"));
                return seen;
            }
            _ => return seen,
        }
    }
}

/// The status of a response, and whether the server closes the connection after it.
fn response(reader: &mut impl BufRead) -> io::Result<(u16, bool)> {
    let (mut status, mut length, mut closes) = (0, 0, false);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(rest) = line.strip_prefix("http/1.1 ") {
            status = rest[..3].parse().expect("a status");
        } else if let Some(rest) = line.strip_prefix("content-length: ") {
            length = rest.parse().expect("a length");
        } else if line == "connection: close" {
            closes = true;
        } else if line.is_empty() {
            break;
        }
    }
    io::copy(&mut reader.take(length), &mut io::sink())?;
    Ok((status, closes))
}

#[test]
fn a_stop_under_load_refuses_no_request_that_the_kernel_had_and_does_all_that_it_accepted() {
    for round in 1..=5 {
        let running = Running::start(example("web").arg("127.0.0.1:0"));
        let address = running.wait_for_rest("listening on ");
        let load = Load::default();
        let seen: Vec<Seen> = thread::scope(|scope| {
            let clients: Vec<_> = (0..CONNECTIONS)
                .map(|_| scope.spawn(|| client(&address, &load)))
                .collect();
            wait_until("half of the requests", || {
                (load.sent.load(Ordering::Relaxed) >= REQUESTS / 2).then_some(())
            });
            load.stopped.store(true, Ordering::SeqCst);
            running.signal("TERM");
            clients
                .into_iter()
                .map(|client| client.join().expect("no panic"))
                .collect()
        });
        let ended = running.wait();
        ended.assert_code(0);
        let refused: Vec<_> = seen.iter().flat_map(|seen| &seen.refused).collect();
        assert!(refused.is_empty(), "round {round}: {refused:#?}");
        let accepted: HashSet<_> = seen.iter().flat_map(|seen| &seen.accepted).collect();
        let lines = ended.stdout.lines();
        let done: HashSet<_> = lines
            .filter_map(|line| line.strip_prefix("done: "))
            .collect();
        assert!(
            accepted.len() as u32 >= REQUESTS / 2 - CONNECTIONS,
            "{}",
            accepted.len()
        );
        let lost: Vec<_> = accepted
            .iter()
            .filter(|order| !done.contains(order.as_str()))
            .collect();
        assert!(lost.is_empty(), "round {round}: {lost:#?}");
    }
}
