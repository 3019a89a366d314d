//! How a group takes in members, before it starts and while it runs.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::GroupHandle;
use crate::error::AddError;
use crate::group::callback::{Callback, PendingCallback, boxed};
use crate::group::slot::Slot;
use crate::group::worker_handle::{ConsumerHandle, WorkerHandle};
use crate::lifecycle::launch::{Build, Launch};
use crate::node::members::Members;
use crate::node::options_ref::OptionsRef;
use crate::node::{MemberId, Node};
use crate::outcome::Outcome;
use crate::state::{Kind, State};
use crate::supervisor::{DeferredDrop, Entry, Event, Policy};
use crate::worker::Worker;

/// A member that is made: its node, its policy if that is not the one of its options, how it is launched, and what is
/// returned for it.
pub(crate) type Admitted<T> = (Arc<Node>, Option<Policy>, Box<dyn Launch>, T);

impl GroupHandle {
    /// Registers a callback of a group that has not been started.
    pub(crate) fn take_callback<F>(
        &self,
        callback: Callback,
        run: impl FnMut() -> F + Send + 'static,
    ) -> WorkerHandle
    where
        F: Future<Output: Outcome> + Send + 'static,
    {
        self.admit(callback.worker_name(), callback_of(callback, run))
    }

    pub(super) fn add_seat<W: Worker>(
        &self,
        name: &str,
        options: OptionsRef,
        build: Build<W>,
    ) -> Result<ConsumerHandle<W::Message>, AddError> {
        let name = options.name.unwrap_or(name);
        let seat = self.admit_unless_stopping(name, self.seat_of(options, build))?;
        Ok(seat.handle())
    }

    /// Gives a worker its seat in a group that has not been started.
    pub(crate) fn take_seat<W: Worker>(
        &self,
        name: &str,
        options: OptionsRef,
        build: Build<W>,
    ) -> Slot<W> {
        let name = options.name.unwrap_or(name);
        self.admit(name, self.seat_of(options, build))
    }

    fn seat_of<W: Worker>(
        &self,
        options: OptionsRef,
        build: Build<W>,
    ) -> impl FnOnce(Arc<str>, MemberId) -> Admitted<Slot<W>> {
        move |name, id| {
            let (seat, pending) = Slot::new(name, id, self, options, build);
            (Arc::clone(&pending.node), None, Box::new(pending), seat)
        }
    }

    /// Makes a member of what `make` makes, in a group that has not been started.
    pub(crate) fn admit<T>(
        &self,
        name: &str,
        make: impl FnOnce(Arc<str>, MemberId) -> Admitted<T>,
    ) -> T {
        let admitted = self.try_admit(name, make, true);
        admitted.expect("a group that has not been started takes in every member")
    }

    pub(super) fn admit_unless_stopping<T>(
        &self,
        name: &str,
        make: impl FnOnce(Arc<str>, MemberId) -> Admitted<T>,
    ) -> Result<T, AddError> {
        let admitted = self.try_admit(name, make, false);
        admitted.ok_or_else(|| AddError {
            worker: name.into(),
            group: self.worker_name().into(),
            state: self.state().max(State::Stopping),
        })
    }

    /// Makes a member of what `make` makes, under `name` or one like it that is free. The member is launched when the
    /// group starts, or now if it has. Returns `None` if the group has ended, or if it is to stop and `even_then` is not
    /// set.
    fn try_admit<T>(
        &self,
        name: &str,
        make: impl FnOnce(Arc<str>, MemberId) -> Admitted<T>,
        even_then: bool,
    ) -> Option<T> {
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        // If it is not used, it is dropped outside the lock, since it owns a worker.
        let mut make = Some(make);
        let admit = |members: &mut Members| {
            // A stop raises the flag first, and then takes this lock. So the stop sees every member that is admitted, and
            // the event of the member comes before the stop is answered.
            let stops = self.node.stop().is_raised();
            if stops && !even_then {
                return None;
            }
            let name = members.free_name(name);
            let (node, policy, launch, made) = make.take()?(Arc::clone(&name), id);
            #[cfg(feature = "test-util")]
            node.test.arm_like(&self.node.test);
            node.join(&self.node, Arc::clone(&self.shared.parent), id, name);
            if stops {
                node.refuse_from_outside();
            }
            members.add(Arc::clone(&node));
            let entry = Box::new(Entry::new(id, Arc::clone(&node), policy, launch));
            let refused = self.events.send(Event::Add(entry)).err();
            if refused.is_some() {
                members.forget(&node);
            }
            Some((made, refused))
        };
        match self.node.with_members(admit).flatten()? {
            (made, None) => Some(made),
            (_, Some(refused)) => {
                // Nothing runs the group any more.
                if let Event::Add(mut entry) = refused.0 {
                    entry.never_started(&mut DeferredDrop::default());
                }
                None
            }
        }
    }
}

/// Makes a callback.
pub(super) fn callback_of<F>(
    callback: Callback,
    run: impl FnMut() -> F + Send + 'static,
) -> impl FnOnce(Arc<str>, MemberId) -> Admitted<WorkerHandle>
where
    F: Future<Output: Outcome> + Send + 'static,
{
    move |name, _| {
        let node = Node::new(name, Kind::Callback, callback.options(), None, Vec::new());
        let pending = PendingCallback {
            node: Arc::clone(&node),
            callback,
            run: boxed(run),
        };
        let handle = WorkerHandle::new(Arc::clone(&node));
        (node, None, Box::new(pending), handle)
    }
}
