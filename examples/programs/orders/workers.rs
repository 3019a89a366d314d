//! The workers: plain functions, each of which does one thing.

use fluid::{Context, Error, Failed, Output, consumer, worker};

use super::database::Database;
use super::intake::Intake;
use super::order::{GivenUp, Order, Paid, Rejected};
use super::provider::{ChargeError, Provider};
use super::source::Source;

/// Takes orders until the source ends. A failure stops the group, because a source that is opened again would start from
/// its beginning.
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
        // Orders that were read are also sent, because they cannot be read again.
        for (line, order) in portion {
            match order.and_then(|order| intake.admit(order)) {
                Ok(order) => orders.send(order).await?,
                Err(reason) => rejected.send(Rejected { line, reason }).await?,
            }
        }
    }
}

/// Prints the reason of a rejection.
#[consumer]
pub async fn reject(rejected: Rejected) {
    eprintln!("rejected: {rejected}");
}

/// Charges eight orders at a time, but the orders of one customer in their order. The provider allows a thousand requests
/// a second. A request without an answer in time is repeated; the id of the order is its idempotency key.
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

/// Stores paid orders in batches, on a thread of its own, because the disk may block it.
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

/// Settles an order that could not be charged. A refused card was not charged. After any other failure the charge is
/// uncertain, so it is cancelled. This fails while the provider cannot be reached.
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

/// Stores the orders that were given up, and the reasons.
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

    /// The result of `settle` for an order that was booked, and then failed with this error.
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
        let (given_up, stands) = settle_booked("an unknown error").await;
        assert!(!stands);
        assert_eq!(given_up.reason, "an unknown error");
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
