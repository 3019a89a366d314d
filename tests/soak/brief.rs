//! Groups that start and end again and again, in every way in which a group can end.

use fluid::{Error, Exit, consumer, worker, workers};
use tokio::time::{Duration, sleep};

use crate::faults::strike;
use crate::item::Item;

/// A message for `act`.
enum Deed {
    Handle(Item),
    Fail,
    Hang,
}

#[worker(heartbeat = "1ms", on_error = "skip")]
async fn pour(number: &mut u64) -> Result<Vec<Deed>, Error> {
    strike(20).await?;
    *number += 1;
    let deed = || Deed::Handle(Item::new(*number));
    Ok(std::iter::repeat_with(deed).take(10).collect())
}

#[consumer(capacity = 32)]
async fn act(deed: Deed) -> Result<Item, Error> {
    match deed {
        Deed::Handle(item) => Ok(item),
        Deed::Fail => Err("asked to fail".into()),
        Deed::Hang => std::future::pending().await,
    }
}

#[consumer(on_exit = "ignore", capacity = 16, on_error = "restart")]
async fn left(_: Item) -> Result<(), Error> {
    strike(200).await
}

#[consumer(blocking, capacity = 16, batch = 8, linger = "1ms")]
fn right(_: Vec<Item>) {}

workers! {
    #[workers(grace = "50ms")]
    struct Brief {
        pour: Pour { number: 0 },
        pub act: Act,
        left: Left,
        right: Right,
    }

    pour => act => (left, right);
}

/// The ways in which a group ends here.
#[derive(Clone, Copy, Debug)]
enum End {
    Asked,
    Scope,
    OneByOne,
    Failure,
    Force,
    Bail,
}

const ENDS: [End; 6] = [
    End::Asked,
    End::Scope,
    End::OneByOne,
    End::Failure,
    End::Force,
    End::Bail,
];

/// Starts a group, lets it work for a moment, and ends it in some way.
pub async fn run_one(round: usize) -> Result<Exit, Exit> {
    let end = ENDS[round % ENDS.len()];
    if let End::Scope = end {
        let (_, exit) = Brief::new().scope(async |_| work_a_while().await).await?;
        return Ok(exit);
    }
    let group = Brief::new().startup().await?;
    work_a_while().await;
    match end {
        End::Asked | End::Scope => {}
        End::OneByOne => {
            group.left().gracefully_stop();
            let _ = group.left().wait_for_shutdown().await;
        }
        End::Failure => send(&group, Deed::Fail).await,
        End::Force => send(&group, Deed::Hang).await,
        End::Bail => group.bail_out("enough", 3),
    }
    Ok(group.shutdown().await)
}

async fn work_a_while() {
    sleep(Duration::from_millis(fastrand::u64(1..30))).await;
}

/// Sends, and ignores a refusal: the group may have ended.
async fn send(group: &BriefHandle, deed: Deed) {
    let _ = group.act().send(deed).await;
}
