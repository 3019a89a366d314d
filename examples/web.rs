//! An HTTP service that refuses no request at its stop: axum hands orders to the group through an ingress.
//!
//! `cargo run --example web -- 127.0.0.1:8080`, then `curl -d 'tea for two' localhost:8080/orders`, then Ctrl-C.

use std::io::{self, Write};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use fluid::{Exit, Ingress, Reply, consumer, worker, workers};
use tokio::net::TcpListener;

/// How long connections are still accepted after the stop has begun. Those that a client opened before are all served
/// then.
const ACCEPT: Duration = Duration::from_millis(500);

/// A request to the group.
enum Order {
    /// To be done later: the client gets `202 Accepted` at once.
    Take(String),
    /// The client waits for the number of orders done.
    Count(Reply<u64>),
}

/// Serves HTTP. Ends when the group stops and the requests in flight are answered.
#[worker]
async fn serve(address: String, orders: &Ingress<Order>) -> io::Result<()> {
    let listener = TcpListener::bind(&address).await?;
    println!("listening on {}", listener.local_addr()?);
    let orders = Ingress::clone(orders);
    let router = Router::new()
        .route("/orders", post(take).get(count))
        .route("/ready", get(ready))
        .layer(from_fn_with_state(orders.clone(), close_at_the_stop))
        .with_state(orders.clone());
    let stopped = async move {
        orders.stopping().await;
        tokio::time::sleep(ACCEPT).await;
    };
    axum::serve(listener, router)
        .with_graceful_shutdown(stopped)
        .await
}

async fn take(State(orders): State<Ingress<Order>>, text: String) -> StatusCode {
    match orders.send(Order::Take(text)).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn count(State(orders): State<Ingress<Order>>) -> Result<String, StatusCode> {
    let answer = orders.ask(Order::Count).await;
    let count = answer.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(count.to_string())
}

/// For a load balancer: not ready from the stop on.
async fn ready(State(orders): State<Ingress<Order>>) -> StatusCode {
    if orders.is_stopping() {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    }
}

/// Asks clients to open no further request on their connection once the group stops.
async fn close_at_the_stop(
    State(orders): State<Ingress<Order>>,
    request: axum::extract::Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if orders.is_stopping() {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

/// Does orders, one after the other.
#[consumer(capacity = 100)]
async fn work(order: Order, done: &mut u64) -> io::Result<()> {
    match order {
        Order::Take(text) => {
            *done += 1;
            writeln!(io::stdout(), "done: {text}")
        }
        Order::Count(reply) => {
            reply.send(*done);
            Ok(())
        }
    }
}

workers! {
    /// Takes orders by HTTP.
    #[workers(grace = "10s")]
    struct Web(address: String) {
        serve: Serve { address, orders },
        #[worker(close_after = "5s")]
        orders: Ingress<Order>,
        work: Work { done: 0 },
    }

    orders => work;
}

fn main() -> Exit {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let address = std::env::args().nth(1);
    Web::new(address.unwrap_or_else(|| "127.0.0.1:8080".to_owned())).main()
}
