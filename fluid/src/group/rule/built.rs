//! The rule that only a worker is built asynchronously, or fails to be built.

use std::future::Future;

use crate::error::Error;
use crate::group::resources::Resources;
use crate::group::slot::{Member, MemberSlot, Slot};
use crate::group::workers::Workers;
use crate::options::Options;
use crate::worker::Worker;

/// The slot of a member that may be built asynchronously, or fail to be built.
#[diagnostic::on_unimplemented(
    message = "a group is made before it starts: its initialiser can neither `.await` nor use `?`",
    label = "this is a group, and not a worker",
    note = "await in the initialiser of the worker inside that group which needs the value\nor make the value before `new`, and pass it to the constructor as a resource"
)]
pub trait IsBuiltAtTheStart: MemberSlot {
    /// Adds the member that the future of `build` makes to `workers`. Its options are merged into those of its type.
    #[doc(hidden)]
    fn add_async<M, F>(
        workers: &mut Workers,
        name: &str,
        options: Options,
        build: impl FnMut() -> F + Send + 'static,
    ) -> Self
    where
        M: Member<Slot = Self>,
        F: Future<Output = Result<M, Error>> + Send + 'static;

    /// Adds the member that `make` makes from resources.
    #[doc(hidden)]
    fn add_async_from<M, R, F>(
        workers: &mut Workers,
        name: &str,
        options: Options,
        resources: R,
        make: fn(R::Owned) -> F,
    ) -> Self
    where
        M: Member<Slot = Self>,
        R: Resources,
        F: Future<Output = Result<M, Error>> + Send + 'static,
    {
        let resources = resources.owned();
        Self::add_async(workers, name, options, move || make(resources.clone()))
    }

    /// Adds the member that `make` makes once, from resources and from what moves into it.
    #[doc(hidden)]
    fn add_async_moved<M, R, T, F>(
        workers: &mut Workers,
        name: &str,
        options: Options,
        resources: R,
        moved: T,
        make: fn(R::Owned, T) -> F,
    ) -> Self
    where
        M: Member<Slot = Self>,
        R: Resources,
        T: Send + 'static,
        F: Future<Output = Result<M, Error>> + Send + 'static,
    {
        let (resources, mut moved) = (resources.owned(), Some(moved));
        let slot = Self::add_async(workers, name, options, move || {
            let moved = moved.take().expect("it is built once");
            make(resources.clone(), moved)
        });
        slot.build_once();
        slot
    }
}

#[diagnostic::do_not_recommend]
impl<W: Worker> IsBuiltAtTheStart for Slot<W> {
    fn add_async<M, F>(
        workers: &mut Workers,
        name: &str,
        options: Options,
        mut build: impl FnMut() -> F + Send + 'static,
    ) -> Self
    where
        M: Member<Slot = Self>,
        F: Future<Output = Result<M, Error>> + Send + 'static,
    {
        workers.add_async(name, options, move || {
            let building = build();
            async move { building.await.map(M::into_member) }
        })
    }
}
