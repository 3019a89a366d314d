//! An order, and its form as text.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An order of one customer, to be charged to a card.
///
/// As text it is a JSON object on a line of its own:
/// `{"id":7,"customer":"ann","card":"4242424242424242","cents":1999}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Identifies the order, and is the idempotency key of its charge.
    pub id: u32,
    /// The customer.
    pub customer: String,
    /// The number of the card.
    pub card: String,
    /// The price, in hundredths.
    pub cents: u32,
    /// Its number among the orders of its customer, from 1 on. The intake sets it.
    #[serde(skip)]
    pub sequence: u32,
}

impl Order {
    /// Reads an order from its line.
    pub fn parse(line: &str) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|error| error.to_string())
    }
}

/// An order that is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// The order.
    pub order: Order,
    /// The number under which the provider has booked the charge.
    pub receipt: u32,
}

/// An order that was given up, without a valid charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    /// The order.
    pub order: Order,
    /// The number of attempts to charge it.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub reason: String,
}

/// A line that is not an order, or an order that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The number of its line, from 1 on.
    pub line: u64,
    /// The reason.
    pub reason: String,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Escaped, because a line may contain control characters, and this goes to a terminal.
        write!(f, "line {}: {}", self.line, self.reason.escape_debug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_survives_the_round_trip_to_text() {
        let order = Order {
            id: 7,
            customer: "ann".into(),
            card: "4242424242424242".into(),
            cents: 1_999,
            sequence: 0,
        };
        let line = r#"{"id":7,"customer":"ann","card":"4242424242424242","cents":1999}"#;
        assert_eq!(serde_json::to_string(&order).expect("a line"), line);
        assert_eq!(Order::parse(line), Ok(order));
    }

    #[test]
    fn a_line_that_is_no_order_is_rejected_with_the_reason() {
        let refusal = |line| Order::parse(line).expect_err("no order");
        assert!(refusal("").contains("EOF"));
        assert!(refusal(r#"{"id":7}"#).contains("missing field `customer`"));
        let negative = r#"{"id":7,"customer":"ann","card":"42","cents":-1}"#;
        assert!(refusal(negative).contains("invalid value"));
        let unknown = r#"{"id":7,"customer":"ann","card":"42","cents":1,"sequence":9}"#;
        assert!(refusal(unknown).contains("unknown field `sequence`"));
    }

    #[test]
    fn a_rejection_has_no_control_characters() {
        let rejected = Rejected {
            line: 3,
            reason: "unknown field `\u{1b}[2J`".into(),
        };
        assert_eq!(rejected.to_string(), r"line 3: unknown field `\u{1b}[2J`");
    }
}
