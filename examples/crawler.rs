//! A web crawler: it visits every page of one site, no page twice, and ends when no link is left.
//!
//! `cargo run --example crawler -- 127.0.0.1:8000 / 500` visits at most 500 pages. Without arguments it crawls a
//! small site of its own, some of whose pages fail at the first attempt.
//!
//! Links go back to the worker that fetches pages over a feedback edge. A page that fails waits for its next attempt
//! beside the queue, so it does not hold up the others.

use std::collections::HashSet;
use std::io;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use fluid::{Context, Exit, Failed, Output, consumer, worker, workers};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A page that is to be visited.
#[derive(Clone)]
struct Visit {
    path: String,
    /// A clone of it is in each visit: when all clones are gone, so are all visits.
    open: mpsc::Sender<()>,
}

/// A page that was fetched.
struct Page {
    text: String,
    visit: Visit,
}

/// Starts the crawl. Ends when no visit is left, and then the group ends too.
#[worker]
async fn seed(start: String, visits: &Output<Visit>, ctx: &Context) {
    let (open, mut all_done) = mpsc::channel(1);
    let first = Visit { path: start, open };
    if visits.send(first).await.is_ok() {
        tokio::select! {
            _ = all_done.recv() => {}
            () = ctx.stopping() => {}
        }
    }
}

/// Fetches a page by HTTP. At most 200 requests begin in a second, and at most four are under way.
#[consumer(
    concurrency = 4,
    rate = "200/s",
    timeout = "10s",
    retry = 3,
    backoff = "50ms..1s",
    retry_in = "queue"
)]
async fn fetch(visit: Visit, site: &str) -> io::Result<Page> {
    let mut stream = TcpStream::connect(site).await?;
    let Visit { path, .. } = &visit;
    let request = format!("GET {path} HTTP/1.0\r\nHost: {site}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    let status = text.split_whitespace().nth(1).unwrap_or("no status");
    if status != "200" {
        return Err(io::Error::other(format!("{path}: {status}")));
    }
    Ok(Page { text, visit })
}

/// Emits a visit for each link to a page that was not seen before, up to the limit.
#[consumer]
async fn follow(page: Page, limit: usize, seen: &mut HashSet<String>) -> Vec<Visit> {
    seen.insert(page.visit.path);
    let links = page.text.split("href=\"").skip(1);
    let links = links.filter_map(|rest| rest.split('"').next());
    let mut visits = Vec::new();
    for path in links.filter(|path| path.starts_with('/')) {
        if seen.len() < limit && seen.insert(path.to_owned()) {
            let (path, open) = (path.to_owned(), page.visit.open.clone());
            visits.push(Visit { path, open });
        }
    }
    visits
}

/// Reports a page that could not be fetched.
#[consumer]
async fn report(failed: Failed<Visit>) {
    eprintln!(
        "given up after {} attempts: {:#}",
        failed.attempts, failed.error
    );
}

workers! {
    /// Crawls one site.
    struct Crawler(site: str, start: String, limit: usize) {
        #[worker(on_exit = "stop")]
        seed: Seed { start },
        // All pages up to the limit fit into the queue, so no link is lost on its way back.
        #[consumer(capacity = *limit)]
        fetch: Fetch { site },
        follow: Follow { limit, seen: HashSet::new() },
        report: Report,
    }

    seed.visits => fetch => follow;
    follow ~> fetch;
    fetch.failed => report;
}

/// A site of 100 pages: `/n` links to `/2n` and `/2n+1`. Each tenth page fails every other time.
async fn own_site() -> io::Result<String> {
    let tries = std::sync::Arc::new(std::sync::Mutex::new(HashSet::new()));
    let page = move |Path(number): Path<u32>| async move {
        if number.is_multiple_of(10) && tries.lock().is_ok_and(|mut tries| tries.insert(number)) {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        let links = [2 * number, 2 * number + 1]
            .into_iter()
            .filter(|to| *to <= 100);
        let links = links.map(|to| format!("<a href=\"/{to}\">{to}</a>"));
        Ok(links.collect::<String>())
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let router = Router::new().route("/{number}", get(page));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

#[tokio::main]
async fn main() -> Result<Exit, io::Error> {
    let mut args = std::env::args().skip(1);
    let (site, start) = match args.next() {
        Some(site) => (site, args.next().unwrap_or_else(|| "/".to_owned())),
        None => (own_site().await?, "/1".to_owned()),
    };
    let limit = args
        .next()
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(500);
    let exit = Crawler::new(site, start, limit).run().await;
    println!("{exit}");
    Ok(exit)
}
