//! The workers: plain functions, each of which does one thing.

use fluid::{Context, Error, Failed, Output, consumer, worker};

use super::database::Database;
use super::intake::Intake;
use super::order::{GivenUp, Order, Paid, Rejected};
use super::provider::{ChargeError, Provider};
use super::source::Source;

/// Takes orders from their source, until that ends. It says itself what its failure does, since a source
/// that is opened once more would begin at its beginning.
#[worker(on_error = "stop")]
pub async fn take(
    source: Source,
    intake: &mut Intake,
    orders: &Output<Order>,
    rejected: &Output<Rejected>,
    ctx: &Context,
) -> Result<(), Error> {
    let mut reader = source.open()?;
    loop {
        let portion = tokio::select! {
            portion = reader.next() => portion?,
            () = ctx.stopping() => return Ok(()),
        };
        if portion.is_empty() {
            return Ok(());
        }
        // What was read is also sent: nobody could read it again.
        for (line, order) in portion {
            match order.and_then(|order| intake.admit(order)) {
                Ok(order) => orders.send(order).await?,
                Err(reason) => rejected.send(Rejected { line, reason }).await?,
            }
        }
    }
}

/// Says what is wrong with what is no order.
#[consumer]
pub async fn reject(rejected: Rejected) {
    eprintln!("rejected: {rejected}");
}

/// Charges customers, eight at a time, but each one's orders one after the other. The provider allows a
/// thousand requests a second. What it has not answered in time is asked for again: the id of the order
/// is the key by which it recognises that.
#[consumer(
    concurrency = 8,
    partition_by = |order| &order.customer,
    capacity = 256,
    timeout = "100ms",
    retry = 3,
    backoff = "10ms..200ms",
    retry_if = ChargeError::is_passing,
    rate = "1000/s",
    burst = 8,
)]
pub async fn charge(order: Order, provider: &Provider) -> Result<Paid, ChargeError> {
    let receipt = provider.charge(order.id, &order.card, order.cents).await?;
    Ok(Paid { order, receipt })
}

/// Keeps paid orders, a batch at a time, on a thread of its own, since the disk may make it wait.
#[consumer(
    blocking,
    capacity = 100,
    batch = 50,
    linger = "50ms",
    retry = 2,
    backoff = "50ms..500ms"
)]
pub fn store(paid: Vec<Paid>, db: &Database) -> rusqlite::Result<()> {
    db.store(&paid)
}

/// Settles what could not be charged. A card that is refused was not charged; of anything else nobody
/// knows, so it is cancelled. While that is not possible there is nothing to be settled, and this fails.
#[consumer(capacity = 64, timeout = "100ms", retry = 2, backoff = "20ms..200ms")]
pub async fn settle(failed: Failed<Order>, provider: &Provider) -> Result<GivenUp, ChargeError> {
    let Failed {
        message: order,
        error,
        attempts,
    } = failed;
    let refused = error
        .downcast_ref()
        .is_some_and(|error: &ChargeError| !error.is_passing());
    if !refused {
        provider.cancel(order.id).await?;
    }
    Ok(GivenUp {
        order,
        attempts,
        reason: error.to_string(),
    })
}

/// Keeps the orders that were given up, and why.
#[consumer(
    blocking,
    capacity = 64,
    batch = 20,
    linger = "50ms",
    retry = 2,
    backoff = "50ms..500ms"
)]
pub fn bury(given_up: Vec<GivenUp>, db: &Database) -> rusqlite::Result<()> {
    db.bury(&given_up)
}

#[cfg(test)]
mod tests {
    use super::super::provider;
    use super::*;

    fn order() -> Order {
        Order {
            id: 7,
            customer: "ann".into(),
            card: "4242424242424242".into(),
            cents: 5,
            sequence: 1,
        }
    }

    fn failed(error: impl Into<Error>) -> Failed<Order> {
        Failed {
            message: order(),
            error: error.into(),
            attempts: 4,
        }
    }

    /// What `settle` makes of an order that was booked, and then failed with this.
    async fn settle_booked(error: impl Into<Error>) -> (GivenUp, bool) {
        let provider = Provider::new(1, None);
        while !provider
            .charges()
            .get(&7)
            .is_some_and(provider::Charge::stands)
        {
            let _ = charge(order(), &provider).await;
        }
        let given_up = settle(failed(error), &provider)
            .await
            .expect("it is not down");
        (given_up, provider.charges()[&7].stands())
    }

    #[tokio::test(start_paused = true)]
    async fn an_order_whose_charge_is_unknown_is_cancelled() {
        let (given_up, stands) = settle_booked(ChargeError::Busy).await;
        assert!(!stands);
        let GivenUp {
            order,
            attempts,
            reason,
        } = given_up;
        assert_eq!((order.id, attempts), (7, 4));
        assert_eq!(reason, "the provider is busy");
        let (given_up, stands) = settle_booked("an error of somebody else").await;
        assert!(!stands);
        assert_eq!(given_up.reason, "an error of somebody else");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_card_is_not_charged_again() {
        let (given_up, stands) = settle_booked(ChargeError::Refused("expired")).await;
        assert!(stands, "nothing was cancelled");
        assert_eq!(given_up.reason, "the card is refused: expired");
    }

    #[tokio::test(start_paused = true)]
    async fn no_order_is_settled_while_the_provider_is_down() {
        let provider = Provider::new(1, Some(0));
        let error = settle(failed(ChargeError::Unreachable), &provider)
            .await
            .expect_err("it is down");
        assert_eq!(error, ChargeError::Unreachable);
    }
}
