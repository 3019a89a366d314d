//! Failures in lanes of consumers that are generated from functions.

use std::sync::Mutex;

use fluid::{Cause, consumer, workers};

use super::*;

#[derive(Clone, Debug)]
struct Order {
    customer: u64,
    number: u64,
    fails: bool,
}

/// Notes each order, with the number of orders that this state of the lane has seen before.
#[consumer(concurrency = 3, partition_by = |order| order.customer, on_error = "restart", on_lost = "ignore")]
async fn bill(
    order: Order,
    notes: &Mutex<Vec<(u64, u64, u64)>>,
    before: &mut u64,
) -> Result<(), String> {
    sleep(ms(1 + order.customer)).await;
    if order.fails {
        return Err(format!("{} fails", order.number));
    }
    let note = (order.customer, order.number, *before);
    notes.lock().unwrap().push(note);
    *before += 1;
    Ok(())
}

/// Makes the state of a lane, and panics when it is called for the second time.
fn state(tries: &AtomicU64) -> u64 {
    assert_ne!(tries.fetch_add(1, Ordering::SeqCst), 1, "no state");
    0
}

workers! {
    struct Billing(notes: Mutex<Vec<(u64, u64, u64)>>) {
        pub bill: Bill { notes, before: 0 },
    }
}

workers! {
    struct Unlucky(notes: Mutex<Vec<(u64, u64, u64)>>, tries: AtomicU64) {
        pub bill: Bill { notes, before: state(&tries) },
    }
}

fn order(customer: u64, number: u64, fails: bool) -> Order {
    Order {
        customer,
        number,
        fails,
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_one_lane_rebuilds_every_state_and_keeps_the_order_of_each_key() {
    let notes = Arc::new(Mutex::default());
    let running = Billing::new(Arc::clone(&notes)).startup().await.unwrap();
    for number in 0..20 {
        for customer in 0..9 {
            let fails = (customer, number) == (4, 10);
            running
                .bill()
                .send(order(customer, number, fails))
                .await
                .unwrap();
        }
    }
    while running.bill().status().counts.unwrap().done < 179 {
        sleep(ms(10)).await;
    }
    assert_eq!(running.bill().status().restarts, 1);
    let exit = running.shutdown().await;
    let bill = exit.worker("bill").unwrap().counts().unwrap();
    assert_eq!(
        (bill.accepted, bill.done, bill.failed),
        (180, 179, 1),
        "{exit}"
    );
    let notes = notes.lock().unwrap();
    for customer in 0..9 {
        let numbers = notes
            .iter()
            .filter(|note| note.0 == customer)
            .map(|note| note.1);
        let expected = (0..20).filter(|number| (customer, *number) != (4, 10));
        assert!(numbers.eq(expected), "{customer}: {notes:?}");
    }
    // Every state counted from 0: those of the lanes that have customers, before and after the restart.
    let begun = notes.iter().filter(|note| note.2 == 0).count();
    assert!([2, 4, 6].contains(&begun), "{begun}");
    assert_eq!(exit.code(), 0, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn an_initialiser_that_panics_for_one_lane_stops_the_start_of_the_group() {
    let (notes, tries) = (Arc::new(Mutex::default()), Arc::new(AtomicU64::new(0)));
    let group = Unlucky::new(notes, Arc::clone(&tries));
    let exit = group.startup().await.expect_err("it does not start");
    assert!(
        matches!(exit.cause(), Cause::StartupFailed { worker, .. } if &**worker == "bill"),
        "{exit}"
    );
    assert_eq!(
        (tries.load(Ordering::SeqCst), exit.code()),
        (3, 2),
        "{exit}"
    );
}
