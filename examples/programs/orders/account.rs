//! The outcome of the orders, as counted by the workers.

use std::fmt;

use fluid::Exit;

/// The counts of the orders of one run. They come from the exit of the group, and are right for every kind of end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Account {
    /// Orders that `take` emitted.
    pub taken: u64,
    /// Orders that were charged.
    pub paid: u64,
    /// Orders that could not be charged.
    pub given_up: u64,
    /// Orders without either outcome when the group had to end.
    pub undelivered: u64,
    /// Lines that were not orders.
    pub rejected: u64,
    /// Orders that were read, but not accepted any more.
    pub refused: u64,
    /// Paid orders that were stored.
    pub stored: Written,
    /// Orders that were given up, settled and buried.
    pub buried: Written,
    /// Orders that a worker behind `charge` could not record, by its own count. A worker that is cut off during a send
    /// still has the order in hand, so some of these may be among the undelivered ones.
    pub unrecorded: u64,
}

/// The number of messages written to the database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Messages that were written for certain.
    pub done: u64,
    /// Messages that may be written or not: the writer was cut off during the write.
    pub open: u64,
}

impl Account {
    /// Reads the counts from the exit of the group.
    pub fn of(exit: &Exit) -> Self {
        let counts = |worker| {
            let exit = exit.worker(worker);
            exit.and_then(Exit::counts).unwrap_or_default()
        };
        let written = |worker| {
            let forced = exit.worker(worker).is_some_and(Exit::is_forced);
            let counts = counts(worker);
            let open = if forced { counts.undelivered } else { 0 };
            let done = counts.done;
            Written { done, open }
        };
        let unsent = |worker| exit.worker(worker).map_or(0, Exit::unsent);
        let held_up = ["store", "settle", "bury"].map(counts);
        let (charge, rejected) = (counts("charge"), counts("reject").accepted);
        let emitted = exit.worker("take").map_or(0, Exit::emitted);
        Self {
            taken: emitted.saturating_sub(rejected),
            paid: charge.done,
            given_up: charge.failed,
            undelivered: charge.undelivered,
            rejected,
            refused: unsent("take"),
            stored: written("store"),
            buried: written("bury"),
            unrecorded: unsent("charge")
                + unsent("settle")
                + held_up
                    .iter()
                    .map(|counts| counts.failed + counts.undelivered)
                    .sum::<u64>(),
        }
    }
}

impl Account {
    /// The number of orders that were taken and are in no table.
    pub const fn open(&self) -> u64 {
        self.taken
            .saturating_sub(self.stored.done + self.buried.done)
    }
}

impl Written {
    /// Whether the database may contain this many.
    pub const fn allows(&self, rows: u64) -> bool {
        self.done <= rows && rows <= self.done + self.open
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            taken,
            paid,
            given_up,
            undelivered,
            rejected,
            refused,
            stored,
            buried,
            unrecorded,
        } = self;
        writeln!(
            f,
            "orders    {taken} taken = {paid} paid + {given_up} given up + {undelivered} undelivered"
        )?;
        writeln!(
            f,
            "recorded  {} paid, {} given up; {unrecorded} could not be",
            stored.done, buried.done
        )?;
        write!(
            f,
            "others    {rejected} lines rejected, {refused} orders read and not taken"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_in_the_last_write_may_or_may_not_be_stored() {
        let written = Written { done: 5, open: 2 };
        let allowed: Vec<u64> = (0..10).filter(|&rows| written.allows(rows)).collect();
        assert_eq!(allowed, [5, 6, 7]);
    }

    #[test]
    fn the_account_shows_every_number() {
        let account = Account {
            taken: 1,
            paid: 2,
            given_up: 3,
            undelivered: 4,
            rejected: 5,
            refused: 6,
            stored: Written { done: 7, open: 0 },
            buried: Written { done: 8, open: 0 },
            unrecorded: 9,
        };
        let wanted = "\
orders    1 taken = 2 paid + 3 given up + 4 undelivered
recorded  7 paid, 8 given up; 9 could not be
others    5 lines rejected, 6 orders read and not taken";
        assert_eq!(account.to_string(), wanted);
    }
}
