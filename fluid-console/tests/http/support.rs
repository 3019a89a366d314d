//! A group with a console, and a client that writes requests by hand.

use std::net::SocketAddr;

use fluid::{GroupHandle, Workers, consumer, worker, workers};
use fluid_console::Console;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const TOKEN: &str = "a token of many bytes";

#[worker(heartbeat = "10ms")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn store(_number: u64) {}

workers! {
    /// Polls and stores.
    pub(crate) struct Numbers {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

/// A running group with a console, and the address of the console.
pub(crate) async fn started(console: impl FnOnce(Console) -> Console) -> (GroupHandle, SocketAddr) {
    let numbers = Numbers::new();
    let group = GroupHandle::clone(&numbers);
    let console = console(Console::new(&numbers).graph(&Numbers::GRAPH));
    let address = add(&group, console);
    numbers.startup().await.unwrap();
    (group, address.await)
}

/// A running group of these workers, with a console.
pub(crate) async fn started_with(
    workers: Workers,
    console: impl FnOnce(Console) -> Console,
) -> (GroupHandle, SocketAddr) {
    let address = add(&workers.handle(), console(Console::new(&workers.handle())));
    let group = workers.startup().await.unwrap();
    (group, address.await)
}

fn add(group: &GroupHandle, console: Console) -> impl Future<Output = SocketAddr> + use<> {
    let server = console.bind("127.0.0.1:0");
    let mut address = server.address();
    group.add(server).unwrap();
    async move { address.wait().await.unwrap() }
}

/// An answer: its status, its head in lower case, and its body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    fn of(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some(Self {
            status: head.split(' ').nth(1)?.parse().ok()?,
            head: head.to_lowercase(),
            body: body.to_owned(),
        })
    }
}

/// Sends bytes on a new connection, and reads until the server closes it. Returns `None` if there is no answer.
pub(crate) async fn send(address: SocketAddr, bytes: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may close before it has read all.
    let _ = stream.write_all(bytes).await;
    read(&mut stream).await
}

/// Reads until the server closes the connection.
pub(crate) async fn read(stream: &mut TcpStream) -> Option<Answer> {
    let mut text = Vec::new();
    // A reset after an early answer ends the answer too.
    while let Ok(1..) = stream.read_buf(&mut text).await {}
    Answer::of(&String::from_utf8_lossy(&text))
}

/// A request with these lines after the first one, and without a body.
pub(crate) async fn request(address: SocketAddr, line: &str, headers: &[&str]) -> Answer {
    let mut text = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|header| header.starts_with("Host:")) {
        text += &format!("Host: {address}\r\n");
    }
    for header in headers {
        text += &format!("{header}\r\n");
    }
    let answer = send(address, format!("{text}\r\n").as_bytes()).await;
    answer.unwrap_or_else(|| panic!("no answer to {line}"))
}

pub(crate) async fn get(address: SocketAddr, route: &str) -> Answer {
    request(address, &format!("GET {route}"), &[]).await
}

/// A connection to `/events`.
pub(crate) struct Events {
    stream: TcpStream,
    text: String,
}

impl Events {
    /// Connects, and returns the head of the answer too.
    pub(crate) async fn of(address: SocketAddr) -> (Self, String) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET /events HTTP/1.1\r\nHost: {address}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let text = String::new();
        let mut events = Self { stream, text };
        let head = events.until("\r\n\r\n").await;
        (events, head)
    }

    /// Reads up to `end`, and returns the text before it.
    pub(crate) async fn until(&mut self, end: &str) -> String {
        loop {
            if let Some((before, after)) = self.text.split_once(end) {
                let (before, after) = (before.to_owned(), after.to_owned());
                self.text = after;
                return before;
            }
            let mut bytes = Vec::new();
            let read = self.stream.read_buf(&mut bytes).await.unwrap();
            assert!(read > 0, "it ended before {end:?}: {}", self.text);
            self.text += &String::from_utf8_lossy(&bytes);
        }
    }
}
