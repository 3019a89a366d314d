//! The routes that change something. Each needs the token.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::access::Peer;
use super::routes::App;

/// Asks the group to stop.
pub(super) async fn stop(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Response {
    let remote = peer.map(|Extension(peer)| peer.remote.to_string());
    if let Some(refusal) = refused(&app, &headers) {
        tracing::warn!(
            remote,
            status = refusal.status().as_u16(),
            "console: stop refused"
        );
        return refusal;
    }
    tracing::warn!(
        remote,
        group = app.console.group.worker_name(),
        "console: stop"
    );
    app.console.group.gracefully_stop();
    StatusCode::ACCEPTED.into_response()
}

/// The answer to a request that may not change anything.
fn refused(app: &App, headers: &HeaderMap) -> Option<Response> {
    match &app.console.token {
        None => Some((StatusCode::FORBIDDEN, "this console is read-only").into_response()),
        Some(token) if token.is_in(headers) => None,
        Some(_) => {
            let challenge = [(WWW_AUTHENTICATE, "Bearer")];
            Some((StatusCode::UNAUTHORIZED, challenge).into_response())
        }
    }
}
