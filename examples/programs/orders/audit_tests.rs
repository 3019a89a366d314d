//! Each claim is false exactly when it should be.

use super::super::account::Written;
use super::super::database::Stored;
use super::*;

/// The input of an audit.
#[derive(Clone)]
struct Case {
    account: Account,
    held: Holdings,
    charges: HashMap<u32, Charge>,
}

const CHARGED: Charge = Charge {
    requests: 2,
    bookings: 1,
    cents: 100,
    cancelled: false,
};

/// Four orders taken: 1 and 2 are stored, 3 is buried, and 4 is charged and could not be stored.
fn good() -> Case {
    let written = |done| Written { done, open: 0 };
    let stored = |id, sequence| Stored {
        id,
        customer: "ann".into(),
        sequence,
        cents: 100,
    };
    let cancelled = Charge {
        cancelled: true,
        ..CHARGED
    };
    Case {
        account: Account {
            taken: 4,
            paid: 3,
            given_up: 1,
            stored: written(2),
            buried: written(1),
            unrecorded: 1,
            ..Account::default()
        },
        held: Holdings {
            paid: vec![stored(1, 1), stored(2, 3)],
            buried: BTreeMap::from([(3, "no money".into())]),
            totals: BTreeMap::from([("ann".into(), (2, 200))]),
        },
        charges: HashMap::from([(1, CHARGED), (2, CHARGED), (3, cancelled), (4, CHARGED)]),
    }
}

/// The claims that are false after a change to a correct case.
fn false_claims(spoil: impl FnOnce(&mut Case)) -> Vec<&'static str> {
    let mut case = good();
    spoil(&mut case);
    let audit = Audit::new(&case.account, &case.held, &case.charges);
    let claims = audit.claims().into_iter();
    claims.filter(|it| !it.holds).map(|it| it.text).collect()
}

/// Asserts that exactly one claim is false, and contains this word.
#[track_caller]
fn assert_false(word: &str, spoil: impl FnOnce(&mut Case)) {
    let claims = false_claims(spoil);
    assert!(
        matches!(claims[..], [claim] if claim.contains(word)),
        "{word}: {claims:?}"
    );
}

fn charge(case: &mut Case, id: u32) -> &mut Charge {
    case.charges.get_mut(&id).expect("a charge")
}

#[test]
fn every_claim_holds_for_a_correct_run() {
    assert_eq!(false_claims(|_| ()), [""; 0]);
}

#[test]
fn an_order_without_an_outcome_is_detected() {
    assert_false("every order taken", |case| case.account.taken += 1);
    assert_false("charged or given up is recorded", |case| {
        case.account.unrecorded += 1;
    });
    // The order may have been cut off on its way to the worker that records it.
    let claims = false_claims(|case| {
        case.account.taken += 1;
        case.account.undelivered += 1;
        case.account.unrecorded += 1;
    });
    assert_eq!(claims, [""; 0]);
    assert_false("charged or given up is recorded", |case| {
        case.account.taken += 1;
        case.account.undelivered += 1;
        case.account.unrecorded -= 1;
    });
}

#[test]
fn a_surplus_or_missing_row_is_detected() {
    assert_false("as many orders", |case| {
        case.held.buried.insert(5, "none".into());
    });
    assert_false("as many orders", |case| case.held.buried.clear());
    let dropped = false_claims(|case| {
        case.held.paid.pop();
    });
    assert!(
        dropped.len() > 1,
        "its charge and its total too: {dropped:?}"
    );
}

#[test]
fn a_second_a_missing_and_a_wrong_charge_are_detected() {
    assert_false("exactly once", |case| charge(case, 1).bookings = 2);
    assert_false("exactly once", |case| charge(case, 1).bookings = 0);
    assert_false("exactly once", |case| charge(case, 1).cancelled = true);
    assert_false("exactly once", |case| charge(case, 1).cents = 99);
    assert_false("exactly once", |case| {
        case.charges.remove(&1);
    });
}

#[test]
fn a_charge_for_a_dead_letter_is_detected() {
    assert_false("buried", |case| charge(case, 3).cancelled = false);
}

#[test]
fn an_uncounted_charge_is_detected() {
    assert_false("every charge", |case| {
        case.charges.insert(5, CHARGED);
    });
    // The charge may be of an order that was in hand when the group had to end.
    let claims = false_claims(|case| {
        case.charges.insert(5, CHARGED);
        case.account.taken += 1;
        case.account.undelivered += 1;
    });
    assert_eq!(claims, [""; 0]);
}

#[test]
fn swapped_and_repeated_orders_are_detected() {
    assert_false("in their order", |case| case.held.paid.swap(0, 1));
    assert_false("in their order", |case| case.held.paid[1].sequence = 1);
}

#[test]
fn a_wrong_total_is_detected() {
    assert_false("total", |case| {
        case.held.totals.insert("ben".into(), (1, 1));
    });
    assert_false("total", |case| case.held.totals.clear());
}

#[test]
fn an_order_cut_off_by_force_may_or_may_not_be_stored() {
    let spoil = |open| {
        move |case: &mut Case| {
            case.account.stored = Written { done: 1, open };
            case.account.unrecorded = 2;
        }
    };
    assert_eq!(false_claims(spoil(1)), [""; 0]);
    assert_false("as many orders", spoil(0));
}

#[test]
fn charges_without_an_answer_are_listed() {
    let Case {
        account,
        held,
        charges,
    } = good();
    let audit = Audit::new(&account, &held, &charges);
    assert_eq!(audit.charged_without_row(), BTreeSet::from([4]));
    assert_eq!(audit.reasons(), BTreeMap::from([("no money", 1)]));
    let wanted = "charges   4 booked, 1 of them cancelled; 4 requests were repeats";
    assert_eq!(audit.books(), wanted);
}

#[test]
fn a_false_claim_is_marked_in_the_report() {
    let [so, not_so] = [true, false].map(|holds| Claim { text: "so", holds });
    let texts = [so, not_so].map(|claim| claim.to_string());
    assert_eq!(texts, ["true   so", "FALSE  so"]);
    assert_eq!(exit_code(0, &[so, so]), 0);
    assert_eq!(exit_code(2, &[so]), 2);
    assert_eq!(exit_code(2, &[so, not_so]), FALSE_CLAIM);
}
