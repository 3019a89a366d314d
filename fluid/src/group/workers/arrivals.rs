//! What arrived at a group that has not been started.

use std::sync::Arc;

use crate::node::Node;
use crate::report::exit::Cause;
use crate::supervisor::{DeferredDrop, Entry, Event, Events};
use crate::sync::mpsc;

/// What arrived at a group that has not been started. Dropped unstarted, it ends all that stands in
/// the group, so that nobody waits for what will never come.
pub(super) struct Arrivals {
    pub(super) node: Arc<Node>,
    pub(super) sender: Events,
    pub(super) events: Option<mpsc::UnboundedReceiver<Event>>,
}

impl Arrivals {
    pub(super) fn take(&mut self) -> Option<mpsc::UnboundedReceiver<Event>> {
        self.events.take()
    }

    /// Takes out the member whose node this is, and leaves the rest in order.
    pub(super) fn remove(&mut self, node: &Arc<Node>) -> Option<Box<Entry>> {
        let events = self.events.as_mut()?;
        let mut arrived: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).collect();
        let found = arrived.iter().position(|event| match event {
            Event::Add(entry) => entry.is(node),
            _ => false,
        });
        let found = found.map(|place| arrived.remove(place));
        for event in arrived {
            // The receiver is here, so the sending cannot fail.
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
            if let Event::Add(mut entry) = event {
                entry.never_started(&mut deferred);
            }
        }
        self.node.finish(self.node.report(cause, false, false));
    }
}

impl Drop for Arrivals {
    fn drop(&mut self) {
        self.end(Cause::NotStarted);
    }
}
