//! A small shop to look at with the console: `cargo run -p fluid-console --example shop -- run --console 127.0.0.1:7878`.
//!
//! The environment variable `SHOP` sets what there is to see: `load` for many orders, `failing` for a provider that refuses
//! payments.

use std::process::ExitCode;
use std::time::Duration;

use fluid::{Failed, consumer, worker, workers};

#[derive(Clone, Debug)]
struct Order {
    number: u64,
}

/// How the shop runs.
#[derive(Debug)]
struct Day {
    orders_at_once: u64,
    provider_refuses: bool,
}

/// Takes orders from the customers.
#[worker(heartbeat = "100ms")]
async fn take(last: &mut u64, day: &Day) -> Vec<Order> {
    let first = *last;
    *last += day.orders_at_once;
    (first..*last).map(|number| Order { number }).collect()
}

/// Rejects orders that make no sense.
#[consumer(capacity = 2_000)]
async fn check(order: Order) -> Option<Order> {
    (order.number % 50 != 7).then_some(order)
}

/// Charges the payment provider.
#[consumer(capacity = 1_000, concurrency = 4, partition_by = |order| order.number, retry = 1)]
async fn charge(order: Order, day: &Day) -> Result<Order, std::io::Error> {
    tokio::time::sleep(Duration::from_millis(4)).await;
    if day.provider_refuses && order.number.is_multiple_of(9) {
        return Err(std::io::Error::other("the provider refuses the card"));
    }
    Ok(order)
}

/// Writes orders in batches.
#[consumer(capacity = 500, batch = 50, linger = "200ms")]
async fn store(orders: Vec<Order>, rows: &mut usize) {
    tokio::time::sleep(Duration::from_millis(20)).await;
    *rows += orders.len();
}

/// Prints receipts.
#[consumer(capacity = 500)]
async fn print_receipts(_order: Order) {}

/// Keeps orders that could not be charged.
#[consumer]
async fn bury(failed: Failed<Order>) {
    drop(failed);
}

/// Reports the rates of the day. It fails now and then.
#[worker(heartbeat = "2s")]
async fn report(reports: &mut u64, day: &Day) -> Result<(), std::io::Error> {
    *reports += 1;
    match day.provider_refuses && *reports > 1 {
        true => Err(std::io::Error::other(
            "the report has no data: the provider does not answer",
        )),
        false => Ok(()),
    }
}

workers! {
    /// Takes orders, charges them, and stores them.
    #[workers(
        grace = "20s",
        restart = "one_for_one",
        max_restarts = 1_000,
        within = "30s",
        backoff = "500ms..1s",
    )]
    struct Shop(day: Day) {
        take: Take { last: 0, day },
        check: Check,
        charge: Charge { day },
        store: Store { rows: 0 },
        print_receipts: PrintReceipts,
        dead_letters: Bury,
        report: Report { reports: 0, day },
    }

    take => check => charge => (store, print_receipts);
    charge.failed => dead_letters;

    every("5s") => drop(group.status());
}

fn main() -> ExitCode {
    let scene = std::env::var("SHOP").unwrap_or_default();
    let day = Day {
        orders_at_once: if scene == "load" { 200 } else { 3 },
        provider_refuses: scene == "failing",
    };
    fluid_console::cli(|| Shop::new(day))
}
