//! The rules of a group that need its slots: about the two ends of an edge, and about options of its members.

mod built;
mod end;
mod fused;
mod kind;
mod member;
mod queued;

pub use crate::group::resources::{NotShared, Share};
pub use built::IsBuiltAtTheStart;
pub use end::{
    EndsEdge, EndsEdgeOfAny, HasFailed, HasNoSlot, HasUndelivered, SilentSlot, SourceSlot,
    StartsEdge, StartsEdgeOfAny,
};
pub use fused::{BatchSlot, EndsFused, IsCalledWith, StartsFused, TakesOne};
pub use kind::{
    CanBePublic, Consuming, ConsumingNothing, Emitting, EmittingNothing, IsCalledByFluid,
    IsConsumer, IsNoConsumer, MakesCalls, NeedsNoEdge, NeedsNoFeeding, TakesBatches,
};
pub use member::{ConsumedBy, IsMember, IsNeither, IsWorker, MemberType, Neither};
pub use queued::{Adapted, CanBeCopied, CanBeTriedAgain, IsConsumedBy, Other, Unchanged};
