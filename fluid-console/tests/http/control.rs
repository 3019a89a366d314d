//! What changes something, and what it takes.

use fluid::State;

use crate::support::{TOKEN, get, request, started};

#[tokio::test]
async fn a_stop_needs_a_console_with_control_and_its_token() {
    let (group, address) = started(|console| console.with_control(TOKEN)).await;
    let wrong = format!("Authorization: Bearer {}", TOKEN.replace("many", "more"));
    let longer = format!("Authorization: Bearer {TOKEN}x");
    let other = format!("Authorization: Basic {TOKEN}");
    for (line, headers, status) in [
        ("POST /stop", &[][..], 401),
        ("POST /stop", &[&*wrong][..], 401),
        ("POST /stop", &[&*longer][..], 401),
        ("POST /stop", &[&*other][..], 401),
        ("POST /stop", &["Authorization: Bearer "][..], 401),
        (
            "POST /stop?token=a%20token%20of%20many%20bytes",
            &[][..],
            401,
        ),
        ("GET /stop", &[][..], 405),
    ] {
        let answer = request(address, line, headers).await;
        assert_eq!(answer.status, status, "{line} {headers:?}: {answer:?}");
    }
    let right = format!("Authorization: Bearer {TOKEN}");
    let answer = request(address, "GET /stop", &[&right]).await;
    assert_eq!(answer.status, 405, "{answer:?}");
    assert_eq!(group.state(), State::Running);

    assert_eq!(request(address, "POST /stop", &[&right]).await.status, 202);
    assert!(group.wait_for_shutdown().await.is_success());
}

#[tokio::test]
async fn a_console_without_control_only_reads() {
    let (group, address) = started(|console| console).await;
    let token = format!("Authorization: Bearer {TOKEN}");
    assert_eq!(request(address, "POST /stop", &[&token]).await.status, 403);
    for route in ["/", "/status", "/events"] {
        assert_eq!(
            request(address, &format!("POST {route}"), &[]).await.status,
            405,
            "{route}"
        );
    }
    assert_eq!(group.state(), State::Running);
    assert!(group.shutdown().await.is_success());
}

#[tokio::test]
async fn a_request_for_another_host_or_from_a_foreign_page_is_refused() {
    let (group, address) =
        started(|console| console.with_control(TOKEN).allow_host("fluid.test")).await;
    let token = &*format!("Authorization: Bearer {TOKEN}");
    for headers in [
        &["Host: attacker.test"][..],
        &["Host: 10.0.0.1"][..],
        &["Host: localhost", "Host: localhost"][..],
        &["Host: localhost", "Origin: http://attacker.test", token][..],
        &["Host: localhost", "Origin: null", token][..],
        &["Host: localhost", "Origin: http://localhost:1", token][..],
    ] {
        for line in ["GET /status", "GET /metrics", "POST /stop"] {
            let answer = request(address, line, headers).await;
            assert_eq!(answer.status, 403, "{line} {headers:?}: {answer:?}");
        }
    }
    let own = format!("Origin: http://{address}");
    assert_eq!(request(address, "GET /status", &[&own]).await.status, 200);
    assert_eq!(
        request(address, "GET /status", &["Host: fluid.test:80"])
            .await
            .status,
        200
    );
    assert_eq!(group.state(), State::Running);
    assert!(get(address, "/status").await.status == 200);
    assert!(group.shutdown().await.is_success());
}
