//! A group as a member of another.

use std::sync::Arc;

use crate::graph::Form;
use crate::group::handle::GroupHandle;
use crate::group::slot::Member;
use crate::group::workers::Workers;
use crate::lifecycle::launch::{Launch, LaunchContext};
use crate::options::Options;
use crate::state::Nothing;

/// A group that waits for the group above it to start.
pub(crate) struct Nested {
    pub(crate) name: Arc<str>,
    pub(crate) group: Workers,
}

impl Launch for Nested {
    fn launch(self: Box<Self>, launch: LaunchContext) {
        let Self { name, group } = *self;
        let group = group.on_runtime(launch.place.runtime.clone());
        // Supervision stays where the group above is supervised, which no worker can block.
        tokio::spawn(async move {
            tracing::debug!(group = &*name, "starting");
            let node = Arc::clone(group.handle().node());
            group.supervise(Some(launch), || node.tell_started()).await;
            node.tell_ended();
        });
    }
}

impl Member for Workers {
    type Message = Nothing;
    type Output = Nothing;
    type Handle = GroupHandle;
    type Slot = GroupHandle;
    const OPTIONS: Options = Options::new();
    const FORM: Form = Form::UNKNOWN;

    fn sit(
        workers: &mut Workers,
        name: &str,
        options: Options,
        mut build: impl FnMut() -> Self + Send + 'static,
    ) -> GroupHandle {
        let group = build();
        let handle = group.handle();
        workers.add_group(name, options, group);
        handle
    }

    fn handle(seat: &GroupHandle) -> GroupHandle {
        seat.clone()
    }
}
