//! Synthetic orders, for trials.

use fastrand::Rng;

use super::order::Order;
use super::provider::{DECLINED, EXPIRED};

/// The number of customers.
const CUSTOMERS: u32 = 200;

/// One order in this many has a card that is refused, on average.
const ORDERS_PER_REFUSED: u64 = 60;

/// The highest price of an order, in hundredths.
const DEAREST: u32 = 20_000;

/// Orders that depend on a seed only.
#[derive(Debug)]
pub struct Generator {
    rng: Rng,
    ids: std::ops::RangeInclusive<u32>,
}

impl Generator {
    /// Makes this many orders. The same seed gives the same orders.
    pub fn new(count: u32, seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            ids: 1..=count,
        }
    }
}

impl Iterator for Generator {
    type Item = Order;

    fn next(&mut self) -> Option<Order> {
        let id = self.ids.next()?;
        // Some customers order much more often than others.
        let limit = self.rng.u32(1..=CUSTOMERS);
        let customer = format!("customer-{:03}", self.rng.u32(1..=limit));
        let card = match self.rng.u64(0..ORDERS_PER_REFUSED) {
            0 if self.rng.bool() => format!("400000000000{DECLINED}"),
            0 => format!("400000000000{EXPIRED}"),
            _ => format!(
                "42424242{:08}",
                self.rng.u64(10_000_000..90_000_000) / 10 * 10
            ),
        };
        Some(Order {
            id,
            customer,
            card,
            cents: self.rng.u32(1..=DEAREST),
            sequence: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn generate(count: u32, seed: u64) -> Vec<Order> {
        Generator::new(count, seed).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_orders() {
        assert_eq!(generate(100, 1), generate(100, 1));
        assert_ne!(generate(100, 1), generate(100, 2));
        // A longer list begins with the same orders.
        assert_eq!(generate(100, 1), generate(200, 1)[..100]);
    }

    #[test]
    fn generated_orders_have_unique_ids() {
        let orders = generate(1_000, 1);
        let ids: HashSet<u32> = orders.iter().map(|order| order.id).collect();
        assert_eq!(ids.len(), 1_000);
    }

    #[test]
    fn generated_orders_are_varied() {
        let orders = generate(10_000, 3);
        let customers: HashSet<&str> = orders.iter().map(|order| &*order.customer).collect();
        assert!(customers.len() > 150, "{}", customers.len());
        for ending in [DECLINED, EXPIRED] {
            let refused = orders.iter().filter(|order| order.card.ends_with(ending));
            assert!((20..200).contains(&refused.count()), "{ending}");
        }
        assert!(
            orders
                .iter()
                .all(|order| (1..=DEAREST).contains(&order.cents))
        );
        assert!(orders.iter().all(|order| order.card.len() == 16));
    }
}
