//! The intake: admits each order once, and numbers it for its customer.

use std::collections::{HashMap, HashSet};

use super::order::Order;

/// The ids and the number of orders of each customer so far.
#[derive(Debug, Default)]
pub struct Intake {
    ids: HashSet<u32>,
    orders_of: HashMap<String, u32>,
}

impl Intake {
    /// Numbers an order for its customer. An order with a known id is an error.
    pub fn admit(&mut self, mut order: Order) -> Result<Order, String> {
        // The provider would take the second order for a repeat of the first, and not charge it.
        if !self.ids.insert(order.id) {
            return Err(format!("there is an order {} already", order.id));
        }
        let orders = self.orders_of.entry(order.customer.clone()).or_default();
        *orders += 1;
        order.sequence = *orders;
        Ok(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(id: u32, customer: &str) -> Order {
        Order {
            id,
            customer: customer.into(),
            card: String::new(),
            cents: 1,
            sequence: 0,
        }
    }

    #[test]
    fn order_numbers_count_per_customer() {
        let mut intake = Intake::default();
        let mut number = |id, customer| intake.admit(order(id, customer)).map(|it| it.sequence);
        assert_eq!(number(1, "ann"), Ok(1));
        assert_eq!(number(2, "ben"), Ok(1));
        assert_eq!(number(3, "ann"), Ok(2));
    }

    #[test]
    fn an_order_with_a_known_id_is_refused() {
        let mut intake = Intake::default();
        assert!(intake.admit(order(7, "ann")).is_ok());
        assert_eq!(
            intake.admit(order(7, "ben")),
            Err("there is an order 7 already".into())
        );
        // The refused order has no number.
        assert_eq!(intake.admit(order(8, "ben")).map(|it| it.sequence), Ok(1));
    }
}
