//! Handlers that come and go while messages flow: a dispatcher gives each message to all handlers of
//! its event type, and a tag tells several handlers of one type apart.
//!
//! ```text
//! cargo run --release --example dispatcher
//! ```

use std::time::Duration;

use fluid::{Dispatcher, Exit, worker, workers};
use tokio::time::sleep;

/// Somebody sold something.
#[derive(Debug)]
struct Trade {
    symbol: &'static str,
    price: f64,
}

/// Makes up a trade of two symbols at each beat, the second of them rising.
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
    /// Hands each trade to whoever is interested.
    struct Desk(trades: Dispatcher<Trade>) {
        exchange: Exchange { price: 2_000.0 },
        dispatch: Dispatcher<Trade> = Dispatcher::clone(&trades),
    }

    exchange => dispatch;
}

/// Registers and unregisters handlers while the desk is running.
async fn trade(trades: Dispatcher<Trade>) {
    let breath = Duration::from_millis(220);

    println!("nobody is interested: no handlers, and the trades pass");
    sleep(breath).await;

    println!("`print` is interested in gold");
    trades.register("gold", "print", |trade| async move {
        println!("  print: {} at {}", trade.symbol, trade.price);
    });
    sleep(breath).await;

    println!("so is `limit`, and both are called at the same time");
    trades.register("gold", "limit", |trade| async move {
        let over = trade.price - 2_008.0;
        println!("  limit: {over:+} from the limit");
    });
    sleep(breath).await;

    println!("`print` has seen enough of gold, and looks at tin");
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
