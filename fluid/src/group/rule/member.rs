//! The rule that a field of a group is a worker or a group.
//!
//! `workers!` makes its calls about a field on the constant `MEMBER` of its type. If the rule fails, the type of that
//! constant is unknown, and so the compiler reports no further errors about the field.

use std::marker::PhantomData;

use crate::graph::GraphWorker;
use crate::group::resources::Resources;
use crate::group::slot::{Member, MemberSlot};
use crate::group::workers::Workers;
use crate::options::Options;
use crate::worker::Worker;

/// The member of a group that a field declares.
#[derive(Debug)]
pub struct MemberType<M>(PhantomData<fn() -> M>);

/// The type of a field that is made by its literal.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no worker",
    label = "no function makes `{Self}` a worker; a nested group is written `name: {Self} = {Self}::new(…)`",
    note = "`#[worker]` and `#[consumer]` make a worker of a function; its name is that of the function in CamelCase"
)]
pub trait IsWorker<Passed>: Sized {
    /// The member.
    #[doc(hidden)]
    const MEMBER: Passed;
}

#[diagnostic::do_not_recommend]
impl<W: Worker> IsWorker<MemberType<W>> for W {
    const MEMBER: MemberType<W> = MemberType(PhantomData);
}

/// A second implementation, so that the compiler does not take the first one for the only one.
#[diagnostic::do_not_recommend]
impl<W: IsNeither> IsWorker<Neither> for W {
    const MEMBER: Neither = Neither;
}

/// The type of a field with an expression.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no worker and no group",
    label = "no function makes `{Self}` a worker",
    note = "`#[worker]` and `#[consumer]` make a worker of a function; its name is that of the function in CamelCase"
)]
pub trait IsMember<Passed>: Sized {
    /// The member.
    #[doc(hidden)]
    const MEMBER: Passed;
}

#[diagnostic::do_not_recommend]
impl<M: Member> IsMember<MemberType<M>> for M {
    const MEMBER: MemberType<M> = MemberType(PhantomData);
}

/// A second implementation, as for [`IsWorker`].
#[diagnostic::do_not_recommend]
impl<M: IsNeither> IsMember<Neither> for M {
    const MEMBER: Neither = Neither;
}

/// The type of a member that is neither a worker nor a group. There is none.
#[derive(Debug)]
pub struct Neither;

/// Implemented for no type.
#[doc(hidden)]
pub trait IsNeither {}

impl<M: Member> MemberType<M> {
    /// The options of the type.
    pub const fn options(&self) -> Options {
        M::OPTIONS
    }

    /// The member in a graph, declared where this is called.
    #[must_use]
    #[track_caller]
    pub const fn in_graph(&self, name: &'static str, type_name: &'static str) -> GraphWorker {
        GraphWorker::of::<M>(name, type_name)
    }

    /// Adds the member that `make` makes, with the options of its type.
    pub fn add_made(&self, workers: &mut Workers, name: &str, make: fn() -> M) -> M::Slot {
        workers.add_with(name, M::OPTIONS, make)
    }

    /// Adds the member that `make` makes.
    pub fn add_with(
        &self,
        workers: &mut Workers,
        name: &str,
        options: Options,
        make: fn() -> M,
    ) -> M::Slot {
        workers.add_with(name, options, make)
    }

    /// Adds the member that `make` makes from resources, with the options of its type.
    pub fn add_from<R: Resources>(
        &self,
        workers: &mut Workers,
        name: &str,
        resources: R,
        make: fn(&R::Owned) -> M,
    ) -> M::Slot {
        self.add_from_with(workers, name, M::OPTIONS, resources, make)
    }

    /// Adds the member that `make` makes from resources.
    pub fn add_from_with<R: Resources>(
        &self,
        workers: &mut Workers,
        name: &str,
        options: Options,
        resources: R,
        make: fn(&R::Owned) -> M,
    ) -> M::Slot {
        let resources = resources.owned();
        workers.add_with(name, options, move || make(&resources))
    }

    /// Adds the member that `make` makes once, from resources and from what moves into it.
    pub fn add_moved<R: Resources, T: Send + 'static>(
        &self,
        workers: &mut Workers,
        name: &str,
        options: Options,
        resources: R,
        moved: T,
        make: fn(&R::Owned, T) -> M,
    ) -> M::Slot {
        let (resources, mut moved) = (resources.owned(), Some(moved));
        let slot = workers.add_with(name, options, move || {
            let moved = moved.take().expect("it is built once");
            make(&resources, moved)
        });
        slot.build_once();
        slot
    }
}

/// The message type of a member.
#[doc(hidden)]
pub type ConsumedBy<W> = <<W as Member>::Slot as MemberSlot>::Message;
