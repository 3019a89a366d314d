//! The routes that read.

use std::time::Duration;

use axum::Router;
use fluid::Workers;
use fluid_console::Console;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::support::{Events, Numbers, get, request, started, started_with};

#[tokio::test]
async fn each_route_answers_with_its_type() {
    let (group, address) = started(|console| console).await;
    for (route, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/page/style.css", "text/css; charset=utf-8"),
        ("/page/app.js", "text/javascript; charset=utf-8"),
        ("/status", "application/json"),
        ("/graph", "application/json"),
        ("/history", "application/json"),
        ("/metrics", "text/plain; version=0.0.4; charset=utf-8"),
        ("/livez", "application/json"),
        ("/readyz", "application/json"),
        ("/startupz", "application/json"),
    ] {
        let answer = get(address, route).await;
        assert_eq!(answer.status, 200, "{route}: {answer:?}");
        assert!(
            answer.head.contains(&format!("content-type: {kind}")),
            "{route}: {answer:?}"
        );
        assert!(
            answer
                .head
                .contains("content-security-policy: default-src 'none'"),
            "{answer:?}"
        );
        assert!(
            answer.head.contains("x-content-type-options: nosniff"),
            "{answer:?}"
        );
        assert!(
            answer.head.contains("cache-control: no-store"),
            "{answer:?}"
        );
    }
    assert_eq!(get(address, "/page/other.js").await.status, 404);
    assert!(group.shutdown().await.is_success());
}

#[tokio::test]
async fn the_status_is_json_or_text() {
    let (group, address) = started(|console| console).await;
    let status: Value = serde_json::from_str(&get(address, "/status").await.body).unwrap();
    assert_eq!(status["group"], "numbers");
    assert_eq!(status["edges"][0]["to"], "store");
    let text = request(address, "GET /status", &["Accept: text/plain"])
        .await
        .body;
    assert!(
        text.starts_with("numbers") && text.contains("store"),
        "{text}"
    );
    let graph: Value = serde_json::from_str(&get(address, "/graph").await.body).unwrap();
    assert_eq!(graph["docs"], "Polls and stores.");
    let metrics = get(address, "/metrics").await.body;
    assert!(
        metrics.contains(r#"fluid_worker_state{group="numbers",worker="store",state="running"} 1"#)
    );
    assert!(group.shutdown().await.is_success());
}

#[tokio::test]
async fn a_console_without_a_graph_says_so() {
    let (group, address) = started_with(Workers::new("group"), |console| console).await;
    assert_eq!(get(address, "/graph").await.status, 404);
    assert!(group.shutdown().await.is_success());
}

#[tokio::test]
async fn a_client_of_events_gets_each_snapshot() {
    let (group, address) = started(|console| console.every(Duration::from_millis(100))).await;
    let (mut events, head) = Events::of(address).await;
    assert!(
        head.to_lowercase()
            .contains("content-type: text/event-stream"),
        "{head}"
    );
    for _ in 0..3 {
        let event = events.until("\n\n").await;
        assert!(
            event.contains("event: snapshot\ndata: {\"group\":\"numbers\""),
            "{event}"
        );
    }
    assert!(group.shutdown().await.is_success());
}

#[tokio::test]
async fn the_router_can_be_nested_in_an_application() {
    let numbers = Numbers::new();
    let console = Console::new(&numbers).graph(&Numbers::GRAPH);
    let group = numbers.startup().await.unwrap();
    let application = Router::new().nest("/console/", console.router());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async { axum::serve(listener, application).await });
    for route in [
        "/console/",
        "/console/status",
        "/console/page/app.js",
        "/console/readyz",
    ] {
        assert_eq!(get(address, route).await.status, 200, "{route}");
    }
    assert!(
        get(address, "/console/")
            .await
            .body
            .contains("<!doctype html>")
    );
    serving.abort();
    assert!(group.shutdown().await.is_success());
}

#[test]
fn the_page_names_no_other_host_and_has_no_inline_script() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/page");
    for file in std::fs::read_dir(page).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace("http://www.w3.org/2000/svg", "");
        for word in [
            "http://", "https://", "//cdn", "<style", "style=", "onclick", "eval(",
        ] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
        assert!(text.matches("<script").count() == text.matches("src=\"page/app.js\"").count());
    }
}
