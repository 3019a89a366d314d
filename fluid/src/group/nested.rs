//! A group as a member of another group.

use std::sync::Arc;

use crate::graph::Form;
use crate::group::handle::GroupHandle;
use crate::group::slot::Member;
use crate::group::workers::Workers;
use crate::lifecycle::launch::{Launch, LaunchContext};
use crate::options::Options;
use crate::state::Nothing;

/// A group whose parent group has not started it yet.
pub(crate) struct Nested(pub(crate) Workers);

impl Launch for Nested {
    fn launch(self: Box<Self>, launch: LaunchContext) {
        let group = self.0.on_runtime(launch.group.runtime.clone());
        // The supervisor runs on the runtime of the parent's supervisor, which workers cannot block.
        tokio::spawn(async move {
            let node = Arc::clone(group.handle().node());
            tracing::debug!(group = &*node.path(), "starting");
            group
                .supervise(Some(launch), || node.notify_started())
                .await;
            node.notify_ended();
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

    fn handle(slot: &GroupHandle) -> GroupHandle {
        slot.clone()
    }
}
