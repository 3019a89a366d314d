//! Compares the counts of the workers, the rows of the database and the books of the provider. The audit is pure: it
//! trusts none of the three.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use super::account::Account;
use super::database::Holdings;
use super::provider::Charge;

/// The exit code if a claim is not true.
const FALSE_CLAIM: u8 = 3;

/// A statement that must be true after every kind of end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The statement.
    pub text: &'static str,
    /// Whether it is true.
    pub holds: bool,
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, holds } = self;
        write!(f, "{}  {text}", if *holds { "true " } else { "FALSE" })
    }
}

/// The exit code of a shop with these claims, whose group ended with `code`.
pub fn exit_code(code: u8, claims: &[Claim]) -> u8 {
    if claims.iter().all(|claim| claim.holds) {
        code
    } else {
        FALSE_CLAIM
    }
}

/// The findings of an audit.
#[derive(Debug)]
pub struct Audit<'a> {
    account: &'a Account,
    held: &'a Holdings,
    charges: &'a HashMap<u32, Charge>,
}

impl<'a> Audit<'a> {
    /// Makes an audit of the counts, the rows and the charges.
    pub const fn new(
        account: &'a Account,
        held: &'a Holdings,
        charges: &'a HashMap<u32, Charge>,
    ) -> Self {
        Self {
            account,
            held,
            charges,
        }
    }

    /// All claims, and whether each is true.
    pub fn claims(&self) -> Vec<Claim> {
        [
            (
                "every order taken was paid, given up or is undelivered",
                self.nothing_is_lost(),
            ),
            (
                "every order charged or given up is recorded, or counted where it could not be",
                self.the_unrecorded_are_counted(),
            ),
            (
                "the database holds as many orders as were counted",
                self.the_rows_are_those_counted(),
            ),
            (
                "each stored order was charged exactly once, with its price",
                self.stored_orders_are_charged_once(),
            ),
            (
                "no charge stands for an order that was buried",
                self.buried_orders_are_free(),
            ),
            (
                "every charge that stands is stored, or is of an order that is counted as open",
                self.no_charge_is_unaccounted_for(),
            ),
            (
                "the orders of each customer were stored in their order",
                self.customers_are_in_order(),
            ),
            (
                "the total of each customer is the sum of what is stored",
                self.totals_are_sums(),
            ),
        ]
        .map(|(text, holds)| Claim { text, holds })
        .into()
    }

    /// The orders with a valid charge that are in no table. They need a manual check.
    pub fn charged_without_row(&self) -> BTreeSet<u32> {
        let stored: BTreeSet<u32> = self.held.paid.iter().map(|order| order.id).collect();
        let standing = self.charges.iter().filter(|(_, charge)| charge.stands());
        standing
            .map(|(&id, _)| id)
            .filter(|id| !stored.contains(id) && !self.held.buried.contains_key(id))
            .collect()
    }

    /// The bookings of the provider, in one line.
    pub fn books(&self) -> String {
        let count = |which: fn(&Charge) -> bool| {
            let charges = self.charges.values();
            charges.filter(|charge| which(charge)).count()
        };
        let again = |charge: &Charge| u64::from(charge.requests.saturating_sub(1));
        format!(
            "charges   {} booked, {} of them cancelled; {} requests were repeats",
            count(|charge| charge.bookings > 0),
            count(|charge| charge.bookings > 0 && charge.cancelled),
            self.charges.values().map(again).sum::<u64>()
        )
    }

    /// The number of buried orders for each reason.
    pub fn reasons(&self) -> BTreeMap<&str, u64> {
        let mut reasons = BTreeMap::new();
        for reason in self.held.buried.values() {
            *reasons.entry(&**reason).or_default() += 1;
        }
        reasons
    }

    fn nothing_is_lost(&self) -> bool {
        let account = self.account;
        account.taken == account.paid + account.given_up + account.undelivered
    }

    fn the_unrecorded_are_counted(&self) -> bool {
        let account = self.account;
        let recorded = account.stored.done + account.buried.done;
        let charged_or_not = account.paid + account.given_up;
        let told = recorded + account.unrecorded;
        charged_or_not <= told && told <= charged_or_not + account.undelivered
    }

    fn the_rows_are_those_counted(&self) -> bool {
        let Account { stored, buried, .. } = self.account;
        stored.allows(self.held.paid.len() as u64) && buried.allows(self.held.buried.len() as u64)
    }

    fn stored_orders_are_charged_once(&self) -> bool {
        self.held.paid.iter().all(|order| {
            let charge = self.charges.get(&order.id);
            charge.is_some_and(|it| it.stands() && it.bookings == 1 && it.cents == order.cents)
        })
    }

    fn buried_orders_are_free(&self) -> bool {
        let stands = |id| self.charges.get(id).is_some_and(Charge::stands);
        !self.held.buried.keys().any(stands)
    }

    fn no_charge_is_unaccounted_for(&self) -> bool {
        self.charged_without_row().len() as u64 <= self.account.open()
    }

    fn customers_are_in_order(&self) -> bool {
        let mut last: HashMap<&str, u32> = HashMap::new();
        self.held.paid.iter().all(|order| {
            let before = last.insert(&order.customer, order.sequence);
            before.is_none_or(|before| before < order.sequence)
        })
    }

    fn totals_are_sums(&self) -> bool {
        let mut sums: BTreeMap<String, (u32, i64)> = BTreeMap::new();
        for order in &self.held.paid {
            let (orders, cents) = sums.entry(order.customer.clone()).or_default();
            *orders += 1;
            *cents += i64::from(order.cents);
        }
        sums == self.held.totals
    }
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
