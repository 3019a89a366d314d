//! A simulated payment provider with an unreliable connection.
//!
//! Its answers depend on a seed, the order and the number of the request. One request in four is refused, because the
//! provider is busy. Some charges are booked, but answered only after the timeout. Some cards are always refused. The id
//! of the order is the *idempotency key*: a repeated charge is recognised, and booked once.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

/// The last digits of cards without funds.
pub const DECLINED: &str = "0002";

/// The last digits of expired cards.
pub const EXPIRED: &str = "0069";

/// The delay of late answers.
const LATE: Duration = Duration::from_secs(5);

/// The reason why a charge failed, or may have failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChargeError {
    /// The card is refused, also in the future.
    Refused(&'static str),
    /// The provider is busy; a later request may succeed.
    Busy,
    /// The provider cannot be reached.
    Unreachable,
}

impl ChargeError {
    /// Whether another attempt may succeed.
    pub fn is_passing(&self) -> bool {
        !matches!(self, Self::Refused(_))
    }
}

impl fmt::Display for ChargeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => write!(f, "the card is refused: {why}"),
            Self::Busy => f.write_str("the provider is busy"),
            Self::Unreachable => f.write_str("the provider cannot be reached"),
        }
    }
}

impl std::error::Error for ChargeError {}

/// The record of one order at the provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Charge {
    /// The number of requests.
    pub requests: u32,
    /// The number of bookings.
    pub bookings: u32,
    /// The booked amount, in hundredths.
    pub cents: u32,
    /// Whether the charge was cancelled.
    pub cancelled: bool,
}

impl Charge {
    /// Whether the charge is booked and not cancelled.
    pub const fn stands(&self) -> bool {
        self.bookings > 0 && !self.cancelled
    }
}

/// The payment provider.
#[derive(Debug)]
pub struct Provider {
    seed: u64,
    /// The number of requests before it goes down permanently.
    down_after: Option<u64>,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    requests: u64,
    charges: HashMap<u32, Charge>,
}

/// The kind of answer to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Prompt,
    Busy,
    Late,
}

impl Mood {
    /// Depends on the order and the number of its request only, and so not on other requests.
    fn of(seed: u64, order: u32, request: u32) -> Self {
        let mut hasher = DefaultHasher::new();
        (seed, order, request).hash(&mut hasher);
        match hasher.finish() % 100 {
            0..25 => Self::Busy,
            25..27 => Self::Late,
            _ => Self::Prompt,
        }
    }
}

impl Provider {
    /// A provider with the answers of `seed`. With an outage, it goes down permanently after this many requests.
    pub fn new(seed: u64, down_after: Option<u64>) -> Self {
        Self {
            seed,
            down_after,
            books: Mutex::default(),
        }
    }

    /// Charges a card for the order `id`, and returns the receipt.
    ///
    /// Cancel safe, if the request is repeated: the charge is booked once, whether or not the first request booked it.
    pub async fn charge(&self, id: u32, card: &str, cents: u32) -> Result<u32, ChargeError> {
        self.travel().await?;
        let mood = {
            let mut books = self.books();
            let charge = books.charges.entry(id).or_default();
            charge.requests += 1;
            let mood = Mood::of(self.seed, id, charge.requests);
            match mood {
                _ if card.ends_with(DECLINED) => return Err(ChargeError::Refused("no money")),
                _ if card.ends_with(EXPIRED) => return Err(ChargeError::Refused("expired")),
                Mood::Busy => return Err(ChargeError::Busy),
                Mood::Prompt | Mood::Late => charge.book(cents),
            }
            mood
        };
        if mood == Mood::Late {
            sleep(LATE).await;
        }
        Ok(receipt(id))
    }

    /// Cancels the charge of the order `id`, whether or not there is one.
    pub async fn cancel(&self, id: u32) -> Result<(), ChargeError> {
        self.travel().await?;
        self.books().charges.entry(id).or_default().cancelled = true;
        Ok(())
    }

    /// The records of all orders.
    pub fn charges(&self) -> HashMap<u32, Charge> {
        self.books().charges.clone()
    }

    /// The connection of a request: it takes a while, and may fail.
    async fn travel(&self) -> Result<(), ChargeError> {
        let number = {
            let mut books = self.books();
            books.requests += 1;
            books.requests
        };
        sleep(Duration::from_millis(1 + number % 4)).await;
        match self.down_after {
            Some(last) if number > last => Err(ChargeError::Unreachable),
            _ => Ok(()),
        }
    }

    /// The books, which are intact even after a panic.
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Charge {
    /// Books the charge, unless it is booked: the key identifies a repeat.
    fn book(&mut self, cents: u32) {
        if self.bookings == 0 {
            self.bookings += 1;
            self.cents += cents;
        }
    }
}

/// The receipt for an order, the same for each repeat.
fn receipt(id: u32) -> u32 {
    id ^ 0x9000_0000
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, timeout};

    use super::*;

    const GOOD: &str = "4242424242424242";

    /// The first order whose first two requests get these kinds of answers.
    fn order_with(seed: u64, moods: [Mood; 2]) -> u32 {
        (1..)
            .find(|&id| [1, 2].map(|request| Mood::of(seed, id, request)) == moods)
            .expect("there are all kinds")
    }

    #[tokio::test(start_paused = true)]
    async fn a_repeated_charge_is_answered_and_booked_once() {
        let provider = Provider::new(1, None);
        let id = order_with(1, [Mood::Busy, Mood::Prompt]);
        assert_eq!(provider.charge(id, GOOD, 5).await, Err(ChargeError::Busy));
        assert_eq!(provider.charges()[&id].bookings, 0);
        assert_eq!(provider.charge(id, GOOD, 5).await, Ok(receipt(id)));
        let charge = provider.charges()[&id];
        assert_eq!((charge.requests, charge.bookings, charge.cents), (2, 1, 5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_charge_whose_answer_is_late_is_booked_and_its_repeat_is_not() {
        let provider = Provider::new(1, None);
        let id = order_with(1, [Mood::Late, Mood::Prompt]);
        let patience = Duration::from_millis(200);
        let late = timeout(patience, provider.charge(id, GOOD, 5)).await;
        assert!(late.is_err(), "the answer should be late");
        assert!(provider.charges()[&id].stands());
        assert_eq!(provider.charge(id, GOOD, 5).await, Ok(receipt(id)));
        let charge = provider.charges()[&id];
        assert_eq!((charge.requests, charge.bookings, charge.cents), (2, 1, 5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_card_stays_refused() {
        let provider = Provider::new(1, None);
        for ending in [DECLINED, EXPIRED] {
            for _ in 0..20 {
                let error = provider.charge(1, &format!("4000{ending}"), 5).await;
                let error = error.expect_err("refused");
                assert!(!error.is_passing(), "{error}");
            }
        }
        assert_eq!(provider.charges()[&1].bookings, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_charge_no_longer_stands() {
        let provider = Provider::new(1, None);
        let id = order_with(1, [Mood::Prompt, Mood::Prompt]);
        assert!(provider.charge(id, GOOD, 5).await.is_ok());
        assert!(provider.charges()[&id].stands());
        assert_eq!(provider.cancel(id).await, Ok(()));
        assert!(!provider.charges()[&id].stands());
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_is_down_stays_down() {
        let provider = Provider::new(1, Some(2));
        let id = order_with(1, [Mood::Prompt, Mood::Prompt]);
        for _ in 0..2 {
            assert!(provider.charge(id, GOOD, 5).await.is_ok());
        }
        let began = Instant::now();
        let down = Err(ChargeError::Unreachable);
        assert_eq!(provider.charge(id, GOOD, 5).await, down);
        assert_eq!(provider.cancel(id).await, down.map(drop));
        assert!(
            ChargeError::Unreachable.is_passing(),
            "the charge may be booked"
        );
        assert!(began.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn each_kind_of_answer_has_its_frequency() {
        let moods: Vec<Mood> = (0..10_000).map(|id| Mood::of(7, id, 1)).collect();
        let share = |mood| moods.iter().filter(|&&it| it == mood).count();
        assert!((2_200..2_800).contains(&share(Mood::Busy)));
        assert!((100..300).contains(&share(Mood::Late)));
        let again = |id: &u32| [1, 2].map(|request| Mood::of(7, *id, request)) == [Mood::Busy; 2];
        let twice = (0..10_000).filter(again).count();
        assert!(
            (500..750).contains(&twice),
            "one does not follow from the other: {twice}"
        );
        assert_ne!(
            moods,
            (0..10_000).map(|id| Mood::of(8, id, 1)).collect::<Vec<_>>()
        );
    }
}
