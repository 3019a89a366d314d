//! Handlers that are registered and unregistered while messages flow. A dispatcher hands each message to all handlers of
//! its event type; a tag distinguishes the handlers of one type.
//!
//! ```text
//! cargo run --release --example dispatcher
//! ```

use std::time::Duration;

use fluid::{Dispatcher, Exit, worker, workers};
use tokio::time::sleep;

/// A sale.
#[derive(Debug)]
struct Trade {
    symbol: &'static str,
    price: f64,
}

/// Makes up trades of two symbols at each beat; the price of the second symbol rises.
#[worker(heartbeat = "50ms")]
async fn exchange(price: &mut f64) -> Vec<Trade> {
    *price += 1.0;
    let gold = Trade {
        symbol: "gold",
        price: *price,
    };
    let tin = Trade {
        symbol: "tin",
        price: 30.0,
    };
    vec![gold, tin]
}

workers! {
    /// Hands each trade to the registered handlers.
    struct Desk(trades: Dispatcher<Trade>) {
        exchange: Exchange { price: 2_000.0 },
        dispatch: Dispatcher<Trade> = Dispatcher::clone(&trades),
    }

    exchange => dispatch;
}

/// Registers and unregisters handlers while the desk is running.
async fn trade(trades: Dispatcher<Trade>) {
    let breath = Duration::from_millis(220);

    println!("no handlers are registered: the trades pass unhandled");
    sleep(breath).await;

    println!("`print` is registered for gold");
    trades.register("gold", "print", |trade| async move {
        println!("  print: {} at {}", trade.symbol, trade.price);
    });
    sleep(breath).await;

    println!("`limit` is registered too: both handlers are called at the same time");
    trades.register("gold", "limit", |trade| async move {
        let over = trade.price - 2_008.0;
        println!("  limit: {over:+} from the limit");
    });
    sleep(breath).await;

    println!("`print` moves from gold to tin");
    trades.unregister(&"gold", "print");
    trades.register("tin", "print", |trade| async move {
        println!("  print: {} at {}", trade.symbol, trade.price);
    });
    sleep(breath).await;
    println!("registered now: {trades:?}");
}

#[tokio::main]
async fn main() -> Result<(), Exit> {
    let trades = Dispatcher::new(|trade: &Trade| trade.symbol);
    let desk = Desk::new(trades.clone());
    let ((), exit) = desk.scope(|_| trade(trades)).await?;
    println!("{exit}");
    Ok(())
}
