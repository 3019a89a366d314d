//! The routes that read.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::{Semaphore, watch};

use super::access::guard;
use super::console::Console;
use super::limits::EVENT_CLIENTS;
use super::{control, events, page};
use crate::health::Health;
use crate::metrics::{self, Metrics};
use crate::sampler::Sampler;
use crate::snapshot::graph::GraphSnapshot;

const JSON: &str = "application/json";

/// What the routes share.
#[derive(Debug)]
pub(super) struct App {
    pub(super) console: Console,
    pub(super) sampler: Sampler,
    pub(super) event_clients: Arc<Semaphore>,
    pub(super) closing: watch::Receiver<bool>,
}

type Shared = State<Arc<App>>;

pub(super) fn router(console: Console, sampler: Sampler, closing: watch::Receiver<bool>) -> Router {
    let app = Arc::new(App {
        console,
        sampler,
        event_clients: Arc::new(Semaphore::new(EVENT_CLIENTS)),
        closing,
    });
    page::routes()
        .route("/status", get(status))
        .route("/graph", get(graph))
        .route("/history", get(history))
        .route("/metrics", get(scrape))
        .route("/events", get(events::events))
        .route("/livez", get(live))
        .route("/readyz", get(ready))
        .route("/startupz", get(started))
        .route("/stop", post(control::stop))
        .layer(from_fn_with_state(Arc::clone(&app), guard))
        .with_state(app)
}

async fn status(State(app): Shared, headers: HeaderMap) -> Response {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    if accept.is_some_and(|accept| accept.starts_with("text/plain")) {
        return app.console.group.status().to_string().into_response();
    }
    json(app.sampler.latest().json().to_owned())
}

async fn graph(State(app): Shared) -> Response {
    match app.console.graph {
        Some(graph) => json(text_of(&GraphSnapshot::of(graph))),
        None => (StatusCode::NOT_FOUND, "no graph is known").into_response(),
    }
}

async fn history(State(app): Shared) -> Response {
    json(app.sampler.history(text_of))
}

async fn scrape(State(app): Shared) -> Response {
    let text = Metrics::new(&app.console.group).encode();
    ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response()
}

async fn live(State(app): Shared) -> Response {
    health(&app, |health| health.live).await
}

async fn ready(State(app): Shared) -> Response {
    health(&app, |health| health.ready).await
}

async fn started(State(app): Shared) -> Response {
    health(&app, |health| health.started).await
}

async fn health(app: &App, is_well: fn(&Health) -> bool) -> Response {
    let health = Health::of(&app.console.group).await;
    let code = match is_well(&health) {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    (code, json(text_of(&health))).into_response()
}

fn json(text: String) -> Response {
    ([(CONTENT_TYPE, JSON)], text).into_response()
}

fn text_of(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("it has only serializable parts")
}
