//! Fields `name: Ingress<M>` of `workers!`.

use std::sync::Arc;
use std::time::Duration;

use fluid::{Ingress, Reply, consumer, worker, workers};
use tokio::time::Instant;

use crate::support::Seen;

struct Order {
    text: String,
    reply: Option<Reply<usize>>,
}

/// A server: it sends an order when it starts, and another one after the stop has begun.
#[worker]
async fn serve(orders: &Ingress<Order>) {
    for text in ["at the start", "during the stop"] {
        let text = text.to_owned();
        let _ = orders.send(Order { text, reply: None }).await;
        orders.stopping().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[consumer]
async fn work(order: Order, seen: &Seen) {
    seen.note(&order.text);
    if let Some(reply) = order.reply {
        reply.send(order.text.len());
    }
}

workers! {
    /// The ingress is shared with a server in the group, and has a limit.
    struct Shop(seen: Seen) {
        serve: Serve { orders },
        #[worker(close_after = "3s")]
        orders: Ingress<Order>,
        work: Work { seen },
    }

    orders => work;
}

workers! {
    /// The ingress is generic, is given to an expression, and feeds two consumers.
    struct Relay<T: Clone + Send + Sync + 'static>(first: Vec<T>) {
        lines: Ingress<T>,
        echo: Echo<T> = Echo::new(&lines, &first),
        count: Count<T> { lines, seen: 0, _of: std::marker::PhantomData },
        other: Count<T> { lines, seen: 0, _of: std::marker::PhantomData },
    }

    lines => (count, other);
}

/// Sends lines through an ingress that it was given, and ends.
struct Echo<T: Send + Sync + 'static> {
    lines: Ingress<T>,
    first: Vec<T>,
}

impl<T: Clone + Send + Sync + 'static> Echo<T> {
    fn new(lines: &Ingress<T>, first: &[T]) -> Self {
        Self {
            lines: lines.clone(),
            first: first.to_vec(),
        }
    }
}

impl<T: Send + Sync + 'static> fluid::Worker for Echo<T> {
    type Message = fluid::by_hand::Nothing;
    type Output = fluid::by_hand::Nothing;
    type Ports = ();

    async fn run(
        &mut self,
        ctx: &fluid::Context,
        _: &mut fluid::by_hand::Io<Self>,
    ) -> Result<(), fluid::Error> {
        for line in self.first.drain(..) {
            let _ = self.lines.send(line).await;
        }
        ctx.stopping().await;
        Ok(())
    }
}

#[consumer]
async fn count<T: Send + Sync + 'static>(
    _line: T,
    seen: &mut usize,
    lines: &Ingress<T>,
    _of: std::marker::PhantomData<fn() -> T>,
) {
    *seen += 1;
    let _ = lines.is_closed();
}

#[tokio::test(start_paused = true)]
async fn a_server_in_the_group_keeps_the_ingress_open_until_it_has_ended() {
    let seen = Arc::new(Seen::default());
    let shop = Shop::new(Arc::clone(&seen)).startup().await.unwrap();
    let (start, orders) = (Instant::now(), shop.orders());
    let answer = orders.ask(|reply| Order {
        text: "from outside".to_owned(),
        reply: Some(reply),
    });
    assert_eq!(answer.await, Ok(12));
    drop(orders);
    let exit = shop.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(
        seen.all(),
        ["at the start", "from outside", "during the stop"]
    );
    // The server takes one second for each order, and the limit of three is not reached.
    assert_eq!(start.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn close_after_on_the_field_limits_how_long_a_held_ingress_stays_open() {
    let shop = Shop::new(Seen::default()).startup().await.unwrap();
    let (start, orders) = (Instant::now(), shop.orders());
    let exit = shop.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert!(orders.is_closed());
    assert_eq!(start.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_holds_the_ingress_before_it_does_not_keep_the_stop_waiting_for_ever() {
    let relay = Relay::new(vec!["a", "b"]).startup().await.unwrap();
    relay.lines().send("c").await.unwrap();
    let exit = relay.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    for consumer in ["count", "other"] {
        assert_eq!(exit.worker(consumer).unwrap().counts().unwrap().done, 3);
    }
}

#[test]
fn an_ingress_is_drawn_as_an_input_of_the_group() {
    assert!(Shop::GRAPH.workers.iter().any(|worker| {
        worker.name == "orders" && worker.public && worker.type_name == "Ingress<Order>"
    }));
    assert!(Shop::GRAPH.mermaid().contains("outside"));
}
