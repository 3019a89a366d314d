//! Clients that take, hold or send too much.

use std::net::SocketAddr;
use std::time::Duration;

use fluid::{GroupHandle, Options, Workers, consumer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::Instant;

use crate::support::{Events, get, read, send, started, started_with};

/// As many as the server admits at a time.
const CONNECTIONS: usize = 128;
const EVENT_CLIENTS: usize = 32;

/// The console answers, and the workers of the group work.
async fn is_well(group: &GroupHandle, address: SocketAddr) {
    assert_eq!(get(address, "/livez").await.status, 200);
    let beats = || group.status().worker("poll").unwrap().beats;
    let before = beats();
    while beats() == before {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(group.shutdown().await.is_success());
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let (group, address) = started(|console| console).await;
    let long = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nA: {}\r\n\r\n",
        "a".repeat(1 << 20)
    );
    let many = "A: a\r\n".repeat(1_000);
    let many = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n");
    let line = format!(
        "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "a".repeat(1 << 20)
    );
    for head in [long, many, line] {
        // The server may reset the connection before the client has read the answer.
        let status = send(address, head.as_bytes()).await.map(|it| it.status);
        assert!(matches!(status, None | Some(414 | 431)), "{status:?}");
    }
    is_well(&group, address).await;
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_before_it_is_read() {
    let (group, address) = started(|console| console).await;
    let announced = "POST /stop HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n";
    assert_eq!(
        send(address, announced.as_bytes()).await.unwrap().status,
        413
    );
    let chunk = format!("1000\r\n{}\r\n", "a".repeat(0x1000));
    let chunked = format!(
        "POST /stop HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}"
    );
    assert_eq!(send(address, chunked.as_bytes()).await.unwrap().status, 413);
    is_well(&group, address).await;
}

/// From the pause on, time passes when all tasks wait.
#[tokio::test]
async fn a_client_that_sends_its_head_slowly_is_closed() {
    let (group, address) = started(|console| console).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: local")
        .await
        .unwrap();
    get(address, "/livez").await;
    tokio::time::pause();
    let start = Instant::now();
    read(&mut stream).await;
    let took = start.elapsed();
    assert!(took < Duration::from_secs(6), "{took:?}");
    tokio::time::resume();
    is_well(&group, address).await;
}

#[tokio::test]
async fn a_client_that_sends_no_request_is_closed() {
    let (group, address) = started(|console| console).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    get(address, "/livez").await;
    tokio::time::pause();
    let start = Instant::now();
    assert!(read(&mut stream).await.is_none());
    assert!(start.elapsed() < Duration::from_secs(6));
    tokio::time::resume();
    is_well(&group, address).await;
}

#[tokio::test]
async fn a_client_that_sends_its_body_slowly_gets_an_answer_in_time() {
    let (group, address) = started(|console| console).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "POST /stop HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nslow";
    stream.write_all(head.as_bytes()).await.unwrap();
    get(address, "/livez").await;
    tokio::time::pause();
    let start = Instant::now();
    assert_eq!(read(&mut stream).await.unwrap().status, 408);
    assert!(start.elapsed() < Duration::from_secs(20));
    tokio::time::resume();
    is_well(&group, address).await;
}

#[tokio::test]
async fn more_connections_than_the_limit_are_closed_at_once() {
    let (group, address) = started(|console| console).await;
    let mut streams = Vec::new();
    for _ in 0..400 {
        streams.push(TcpStream::connect(address).await.unwrap());
    }
    let mut open = Vec::new();
    for mut stream in streams {
        let request = format!("GET /livez HTTP/1.1\r\nHost: {address}\r\n\r\n");
        let mut answer = [0; 12];
        let is_served = stream.write_all(request.as_bytes()).await.is_ok()
            && stream.read_exact(&mut answer).await.is_ok();
        if is_served {
            open.push(stream);
        }
    }
    assert_eq!(open.len(), CONNECTIONS);
    drop(open);
    // The server notices soon.
    while send(
        address,
        b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    )
    .await
    .is_none()
    {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    is_well(&group, address).await;
}

#[tokio::test]
async fn more_clients_of_events_than_the_limit_are_refused() {
    let (group, address) = started(|console| console).await;
    let mut clients = Vec::new();
    for _ in 0..EVENT_CLIENTS {
        let (stream, head) = Events::of(address).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        clients.push(stream);
    }
    assert!(Events::of(address).await.1.starts_with("HTTP/1.1 503"));
    assert_eq!(get(address, "/metrics").await.status, 200);
    drop(clients);
    while Events::of(address).await.1.starts_with("HTTP/1.1 503") {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    is_well(&group, address).await;
}

/// The snapshots of this group are so large that the buffers of a socket hold only a few.
#[tokio::test]
async fn a_client_of_events_that_never_reads_is_closed() {
    #[consumer]
    async fn store(_number: u64) {}
    let mut workers = Workers::new("group");
    for _ in 0..1_000 {
        workers.add_with("store", Options::new(), || Store);
    }
    let (group, address) = started_with(workers, |it| it.every(Duration::from_millis(100))).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut deaf = socket.connect(address).await.unwrap();
    let request = format!("GET /events HTTP/1.1\r\nHost: {address}\r\n\r\n");
    deaf.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    deaf.read_exact(&mut head).await.unwrap();
    tokio::time::pause();
    // Enough snapshots to fill all buffers, and then the time that a write may take.
    tokio::time::sleep(Duration::from_secs(15)).await;
    tokio::time::resume();
    // What the buffers hold can still be read. After it the connection is at its end.
    let (mut left, mut bytes) = (0, vec![0; 1 << 20]);
    while let Ok(read @ 1..) = deaf.read(&mut bytes).await {
        left += read;
        assert!(left < 64 << 20, "it is still open");
    }
    assert!(group.is_running());
    assert!(group.shutdown().await.is_success());
}
