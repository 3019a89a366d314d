//! Which requests are admitted: the headers `Host` and `Origin`, the size of the body, the time of the answer.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::limits::{ANSWER_WITHIN, BODY};
use super::routes::App;

/// The addresses of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
}

/// The names that the header `Host` may have besides addresses.
#[derive(Clone, Debug, Default)]
pub(super) struct Hosts(Vec<Box<str>>);

const HEADERS: [(HeaderName, &str); 6] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (CACHE_CONTROL, "no-store"),
];

impl Hosts {
    pub(super) fn allow(&mut self, name: &str) {
        self.0.push(name.into());
    }

    /// Whether a request with these headers is for this console and comes from its own page or from no page.
    fn admit(&self, headers: &HeaderMap, local: Option<IpAddr>) -> Result<(), &'static str> {
        let mut hosts = headers.get_all(HOST).iter();
        let (host, None) = (hosts.next(), hosts.next()) else {
            return Err("more than one header Host");
        };
        let host = host.and_then(|host| host.to_str().ok());
        let host = host.and_then(|host| host.parse::<Authority>().ok());
        let host = host.ok_or("no valid header Host")?;
        if !self.is_own(host.host(), local) {
            return Err("the header Host is not allowed: see Console::allow_host");
        }
        match headers.get(ORIGIN) {
            Some(origin) if !is_origin_of(origin, &host) => Err("a foreign Origin"),
            _ => Ok(()),
        }
    }

    fn is_own(&self, host: &str, local: Option<IpAddr>) -> bool {
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = literal.parse::<IpAddr>() {
            return address.is_loopback() || Some(address.to_canonical()) == local;
        }
        host.eq_ignore_ascii_case("localhost")
            || self.0.iter().any(|name| host.eq_ignore_ascii_case(name))
    }
}

/// Whether the origin has the host and the port of the request.
fn is_origin_of(origin: &HeaderValue, host: &Authority) -> bool {
    let origin = origin.to_str().unwrap_or_default();
    let origin = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    origin.is_some_and(|origin| origin.eq_ignore_ascii_case(host.as_str()))
}

/// Refuses a request that is not admitted, reads its body, and sets the headers of the answer.
pub(super) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let local = peer.map(|peer| peer.local.ip().to_canonical());
    let mut response = match app.console.hosts.admit(request.headers(), local) {
        Ok(()) => {
            let answer = async { answer(request, next).await };
            let answer = tokio::time::timeout(ANSWER_WITHIN, answer).await;
            answer.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
        }
        Err(why) => {
            tracing::warn!(
                remote = peer.map(|peer| peer.remote.to_string()),
                why,
                "console: refused"
            );
            (StatusCode::FORBIDDEN, why).into_response()
        }
    };
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Answers a request whose body is small. No route reads it.
async fn answer(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    if body.size_hint().lower() > BODY as u64 || to_bytes(body, BODY).await.is_err() {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    next.run(Request::from_parts(head, Body::empty())).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(host: &str, origin: Option<&str>) -> bool {
        let mut hosts = Hosts::default();
        hosts.allow("console.example.org");
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        let local = Some(IpAddr::from([10, 1, 2, 3]));
        hosts.admit(&headers, local).is_ok()
    }

    #[test]
    fn a_host_is_loopback_or_the_own_address_or_allowed() {
        for host in [
            "localhost",
            "LOCALHOST:7878",
            "127.0.0.1:7878",
            "127.8.8.8",
            "[::1]:7878",
            "10.1.2.3:1",
            "console.example.org",
            "Console.Example.org:443",
        ] {
            assert!(admitted(host, None), "{host}");
        }
        for host in [
            "example.org",
            "localhost.example.org",
            "127.0.0.1.example.org",
            "10.1.2.4",
            "[::2]",
            "0.0.0.0",
            "xconsole.example.org",
            "",
            "a b",
            "example.org@localhost:1",
        ] {
            let allowed = admitted(host, None) && !host.contains('@');
            assert!(!allowed, "{host}");
        }
    }

    #[test]
    fn an_origin_is_of_the_same_host_and_port() {
        for (host, origin) in [
            ("localhost:7878", "http://localhost:7878"),
            ("console.example.org", "https://console.example.org"),
        ] {
            assert!(admitted(host, Some(origin)), "{origin}");
        }
        for origin in [
            "null",
            "",
            "http://localhost",
            "http://localhost:1",
            "http://127.0.0.1:7878",
            "http://example.org",
            "file://localhost:7878",
            "localhost:7878",
        ] {
            assert!(!admitted("localhost:7878", Some(origin)), "{origin}");
        }
    }

    #[test]
    fn two_hosts_or_none_are_refused() {
        let mut headers = HeaderMap::new();
        assert!(Hosts::default().admit(&headers, None).is_err());
        headers.append(HOST, "localhost".parse().unwrap());
        headers.append(HOST, "localhost".parse().unwrap());
        assert!(Hosts::default().admit(&headers, None).is_err());
    }
}
