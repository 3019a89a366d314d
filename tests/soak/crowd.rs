//! A running group to which workers are added, and from which workers are removed.

use fluid::{Context, Error, Exit, GroupHandle, OnError, Options, Workers, consumer, worker};

use crate::faults::strike;
use crate::item::Item;

/// The number of messages for each member.
const MESSAGES: u64 = 20;

#[worker]
async fn stay(ctx: &Context) {
    ctx.stopping().await;
}

#[consumer]
async fn visit(_: Item) -> Result<(), Error> {
    strike(100).await
}

/// Starts the group, with one permanent member.
pub async fn open() -> Result<GroupHandle, Exit> {
    let mut crowd = Workers::new("crowd");
    crowd.add(Stay);
    crowd.startup().await
}

/// Adds a member, sends it messages, and stops it while it handles them. Returns its exit.
pub async fn visit_once(crowd: &GroupHandle) -> Exit {
    let options = Options::new().on_error(OnError::Restart);
    let visitor = crowd.add_with("visitor", options, || Visit);
    let visitor = visitor.expect("the crowd is running");
    for number in 0..MESSAGES {
        // Not refused, because only this function stops the member.
        visitor.send(Item::new(number)).await.expect("it runs");
    }
    let exit = crowd.remove(visitor.worker()).await;
    exit.expect("it was a member")
}
