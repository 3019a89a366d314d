//! Adding members to a group, before it starts and while it runs.

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
use crate::options::Options;
use crate::outcome::Outcome;
use crate::state::{Kind, State};
use crate::supervisor::{DeferredDrop, Entries, Entry, Event};
use crate::worker::Worker;

/// A new member: its node, its options unless the node has them, its launch, and the value that the caller gets.
pub(crate) type Admitted<T> = (Arc<Node>, Option<Options>, Box<dyn Launch>, T);

impl GroupHandle {
    /// Adds a callback to a group that has not been started.
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

    pub(super) fn add_slot<W: Worker>(
        &self,
        name: &str,
        options: OptionsRef,
        build: Build<W>,
    ) -> Result<ConsumerHandle<W::Message>, AddError> {
        let name = options.name.unwrap_or(name);
        let slot = self.admit_unless_stopping(name, self.slot_of(options, build))?;
        Ok(slot.handle())
    }

    /// Adds a worker to a group that has not been started.
    pub(crate) fn take_seat<W: Worker>(
        &self,
        name: &str,
        options: OptionsRef,
        build: Build<W>,
    ) -> Slot<W> {
        let name = options.name.unwrap_or(name);
        self.admit(name, self.slot_of(options, build))
    }

    fn slot_of<W: Worker>(
        &self,
        options: OptionsRef,
        build: Build<W>,
    ) -> impl FnOnce(Arc<str>, MemberId) -> Admitted<Slot<W>> {
        move |name, id| {
            let (slot, pending) = Slot::new(name, id, self, options, build);
            (Arc::clone(&pending.node), None, Box::new(pending), slot)
        }
    }

    /// Adds the member that `make` returns to a group that has not been started.
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
        admitted.ok_or_else(|| self.refuses(name))
    }

    /// The error that `worker` was not added.
    pub(crate) fn refuses(&self, worker: &str) -> AddError {
        AddError {
            worker: worker.into(),
            group: self.worker_name().into(),
            state: self.state().max(State::Stopping),
        }
    }

    /// Announces members that stand in the group already, and their edges. `levels` is the order of their start. Returns
    /// the members if the group stops.
    pub(crate) fn add_all(
        &self,
        entries: Entries,
        levels: Vec<Vec<MemberId>>,
        edges: Vec<(MemberId, MemberId)>,
    ) -> Result<(), Entries> {
        let mut refused = Some(entries);
        // As in `try_admit`: under the lock, so that a stop is answered after the event.
        self.node.with_members(|_| {
            if !self.node.stop().is_raised()
                && let Some(entries) = refused.take()
            {
                let event = Event::AddAll {
                    entries,
                    levels,
                    edges,
                };
                if let Err(error) = self.events.send(event)
                    && let Event::AddAll { entries, .. } = error.0
                {
                    refused = Some(entries);
                }
            }
        });
        refused.map_or(Ok(()), Err)
    }

    /// Ends members that stand in the group and were not announced.
    pub(crate) fn give_up(&self, entries: Entries) {
        for mut entry in entries {
            self.node.remove(entry.node());
            entry.never_started(&mut DeferredDrop::default());
        }
    }

    /// Adds the member that `make` returns, under `name` or a similar free name. The member is launched when the
    /// group starts, or at once if it has started. Returns `None` if the group has ended, or if it was asked to
    /// stop and `even_then` is `false`.
    fn try_admit<T>(
        &self,
        name: &str,
        make: impl FnOnce(Arc<str>, MemberId) -> Admitted<T>,
        even_then: bool,
    ) -> Option<T> {
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        // An unused `make` owns a worker, so it is dropped outside the lock.
        let mut make = Some(make);
        let admit = |members: &mut Members| {
            // A stop raises the flag first, and then takes this lock. So it sees every admitted member, and the
            // event of the member is handled before the stop.
            let stops = self.node.stop().is_raised();
            if stops && !even_then {
                return None;
            }
            let name = members.free_name(name, id);
            let (node, options, launch, made) = make.take()?(Arc::clone(&name), id);
            #[cfg(feature = "test-util")]
            node.test.arm_like(&self.node.test);
            let stop = options.as_ref().unwrap_or(&node.options).stop;
            node.join(&self.node, Arc::clone(&self.shared.parent), id, name, stop);
            if stops {
                node.refuse_from_outside();
            }
            members.add(id, Arc::clone(&node));
            let entry = Box::new(Entry::new(id, Arc::clone(&node), options, launch));
            let refused = self.events.send(Event::Add(entry)).err();
            if refused.is_some() {
                members.remove(&node);
            }
            Some((made, refused))
        };
        match self.node.with_members(admit).flatten()? {
            (made, None) => Some(made),
            (_, Some(refused)) => {
                // The supervisor has ended.
                if let Event::Add(mut entry) = refused.0 {
                    entry.never_started(&mut DeferredDrop::default());
                }
                None
            }
        }
    }
}

/// Makes the member of a callback.
pub(super) fn callback_of<F>(
    callback: Callback,
    run: impl FnMut() -> F + Send + 'static,
) -> impl FnOnce(Arc<str>, MemberId) -> Admitted<WorkerHandle>
where
    F: Future<Output: Outcome> + Send + 'static,
{
    move |name, _| {
        let node = Node::new(name, Kind::Callback, callback.options(), None, Vec::new());
        let pending = PendingCallback::new(Arc::clone(&node), callback, boxed(run));
        let handle = WorkerHandle::new(Arc::clone(&node));
        (node, None, Box::new(pending), handle)
    }
}
