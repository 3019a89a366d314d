//! The console while its group starts and stops.

use std::time::Duration;

use fluid::{Context, Workers, worker};
use fluid_console::Console;
use tokio::net::TcpStream;

use crate::support::{Events, Numbers, get, started_with};

/// Stops when it is let go.
#[worker]
async fn linger(ctx: &Context, go: &tokio::sync::Semaphore) {
    ctx.stopping().await;
    let _ = go.acquire().await;
}

#[tokio::test]
async fn the_console_serves_until_all_other_workers_have_ended() {
    let go = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let mut workers = Workers::new("group").grace(Duration::from_secs(60));
    workers.add(Linger {
        go: std::sync::Arc::clone(&go),
    });
    let (group, address) = started_with(workers, |it| it.every(Duration::from_millis(100))).await;
    assert_eq!(get(address, "/readyz").await.status, 200);
    let (mut events, _) = Events::of(address).await;
    group.gracefully_stop();

    events.until(r#""waiting_for":["linger","console"]"#).await;
    for (route, status) in [
        ("/livez", 200),
        ("/readyz", 503),
        ("/startupz", 200),
        ("/status", 200),
    ] {
        assert_eq!(get(address, route).await.status, status, "{route}");
    }
    go.add_permits(1);
    let last = events.until("event: end").await;
    assert!(last.contains(r#""waiting_for":["console"]"#), "{last}");
    assert!(group.wait_for_shutdown().await.is_success());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_bind_to_another_address_needs_a_token_or_consent() {
    for (console, starts) in [
        (Console::new as fn(&_) -> Console, false),
        (
            |group| Console::new(group).allow_remote_without_token(),
            true,
        ),
        (
            |group| Console::new(group).with_control("0123456789abcdef"),
            true,
        ),
    ] {
        let numbers = Numbers::new();
        numbers.add(console(&numbers).bind("0.0.0.0:0")).unwrap();
        match numbers.startup().await {
            Ok(group) => assert!(starts && group.shutdown().await.is_success()),
            Err(exit) => {
                let text = exit.to_string();
                assert!(!starts && text.contains("is not loopback"), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn a_group_whose_console_cannot_listen_does_not_start() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let numbers = Numbers::new();
    numbers.add(Console::new(&numbers).bind(&*address)).unwrap();
    let exit = numbers.startup().await.map(|_| ()).unwrap_err().to_string();
    assert!(exit.contains(&address), "{exit}");
}

#[test]
#[should_panic(expected = "at least 16 bytes")]
fn a_short_token_is_refused() {
    let _ = Console::new(&Numbers::new()).with_control("0123456789abcde");
}
