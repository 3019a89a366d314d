//! The events of a group that has not been started.

use std::sync::Arc;

use crate::node::Node;
use crate::report::cause::Cause;
use crate::supervisor::{DeferredDrop, Entry, Event, Events};
use crate::sync::mpsc;

/// The queued events of a group that has not been started. If it is dropped before the start, it ends all members,
/// so that every wait for one of them ends.
pub(super) struct Arrivals {
    pub(super) node: Arc<Node>,
    pub(super) sender: Events,
    pub(super) events: Option<mpsc::UnboundedReceiver<Event>>,
}

impl Arrivals {
    pub(super) fn take(&mut self) -> Option<mpsc::UnboundedReceiver<Event>> {
        self.events.take()
    }

    /// Removes the member with this node, and keeps the order of the other events.
    pub(super) fn remove(&mut self, node: &Arc<Node>) -> Option<Box<Entry>> {
        let events = self.events.as_mut()?;
        let mut arrived: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).collect();
        let found = arrived.iter().position(|event| match event {
            Event::Add(entry) => entry.is(node),
            _ => false,
        });
        let found = found.map(|place| arrived.remove(place));
        for event in arrived {
            // Never fails, because the receiver exists.
            let _ = self.sender.send(event);
        }
        match found {
            Some(Event::Add(entry)) => Some(entry),
            _ => None,
        }
    }

    pub(super) fn end(&mut self, cause: Cause) {
        let Some(mut events) = self.events.take() else {
            return;
        };
        events.close();
        let mut deferred = DeferredDrop::default();
        while let Ok(event) = events.try_recv() {
            event.never_started(&mut deferred);
        }
        self.node.finish(self.node.report(cause, false, false));
    }
}

impl Drop for Arrivals {
    fn drop(&mut self) {
        self.end(Cause::NotStarted);
    }
}
