//! The files of the page.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Each file: its route, its type and its text.
const FILES: [(&str, &str, &str); 11] = [
    ("/", HTML, include_str!("../../page/index.html")),
    ("/page/icon.svg", SVG, include_str!("../../page/icon.svg")),
    ("/page/style.css", CSS, include_str!("../../page/style.css")),
    ("/page/app.js", SCRIPT, include_str!("../../page/app.js")),
    ("/page/feed.js", SCRIPT, include_str!("../../page/feed.js")),
    (
        "/page/format.js",
        SCRIPT,
        include_str!("../../page/format.js"),
    ),
    (
        "/page/graph.js",
        SCRIPT,
        include_str!("../../page/graph.js"),
    ),
    (
        "/page/layout.js",
        SCRIPT,
        include_str!("../../page/layout.js"),
    ),
    (
        "/page/sparkline.js",
        SCRIPT,
        include_str!("../../page/sparkline.js"),
    ),
    (
        "/page/summary.js",
        SCRIPT,
        include_str!("../../page/summary.js"),
    ),
    (
        "/page/table.js",
        SCRIPT,
        include_str!("../../page/table.js"),
    ),
];

pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    FILES
        .into_iter()
        .fold(Router::new(), |router, (route, kind, text)| {
            router.route(route, get(async move || file(kind, text)))
        })
}

fn file(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, HeaderValue::from_static(kind))], text)
}
