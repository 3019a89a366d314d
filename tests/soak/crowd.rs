//! A group to which workers are added, and from which they are removed, while it runs.

use fluid::{Context, Error, Exit, GroupHandle, OnError, Options, Workers, consumer, worker};

use crate::faults::strike;
use crate::item::Item;

/// How many messages each member is sent.
const MESSAGES: u64 = 20;

#[worker]
async fn stay(ctx: &Context) {
    ctx.stopping().await;
}

#[consumer]
async fn visit(_: Item) -> Result<(), Error> {
    strike(100).await
}

/// Starts the group, with somebody who stays.
pub async fn open() -> Result<GroupHandle, Exit> {
    let mut crowd = Workers::new("crowd");
    crowd.add(Stay);
    crowd.startup().await
}

/// Adds a member, gives it something to do, and stops it in the middle of it. Returns its exit.
pub async fn visit_once(crowd: &GroupHandle) -> Exit {
    let options = Options::new().on_error(OnError::Restart);
    let visitor = crowd.add_with("visitor", options, || Visit);
    let visitor = visitor.expect("the crowd is running");
    for number in 0..MESSAGES {
        // Refused by nobody, since only this function stops it.
        visitor.send(Item::new(number)).await.expect("it runs");
    }
    let exit = crowd.remove(visitor.worker()).await;
    exit.expect("it was a member")
}
