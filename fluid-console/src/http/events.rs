//! Snapshots as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::routes::App;
use crate::sampler::Sample;

/// The events of one client. It has no queue: when its connection takes more, it gets the last sample.
struct Events {
    latest: watch::Receiver<Arc<Sample>>,
    closing: watch::Receiver<bool>,
    has_ended: bool,
    _permit: OwnedSemaphorePermit,
}

pub(super) async fn events(State(app): State<Arc<App>>) -> Response {
    let Ok(permit) = Arc::clone(&app.event_clients).try_acquire_owned() else {
        let later = [(RETRY_AFTER, "10")];
        return (StatusCode::SERVICE_UNAVAILABLE, later, "too many clients").into_response();
    };
    let mut latest = app.sampler.subscribe();
    latest.mark_changed();
    let events = Events {
        latest,
        closing: app.closing.clone(),
        has_ended: false,
        _permit: permit,
    };
    let body = Body::from_stream(unfold(events, |mut events| async {
        let event = events.next().await?;
        Some((Ok::<_, Infallible>(event), events))
    }));
    ([(CONTENT_TYPE, "text/event-stream")], body).into_response()
}

impl Events {
    async fn next(&mut self) -> Option<Bytes> {
        if self.has_ended {
            return None;
        }
        tokio::select! {
            biased;
            () = closed(&mut self.closing) => {}
            changed = self.latest.changed() => {
                if changed.is_ok() {
                    return Some(snapshot(&self.latest.borrow_and_update()));
                }
            }
        }
        self.has_ended = true;
        let last = snapshot(&self.latest.borrow_and_update());
        Some([&last[..], b"event: end\ndata: {}\n\n"].concat().into())
    }
}

fn snapshot(sample: &Sample) -> Bytes {
    format!("event: snapshot\ndata: {}\n\n", sample.json()).into()
}

/// Waits until the server closes. A router without a server never does.
async fn closed(closing: &mut watch::Receiver<bool>) {
    if closing.wait_for(|&is_closing| is_closing).await.is_err() {
        std::future::pending::<()>().await;
    }
}
