//! A group as a member of another group.

use std::ops::Deref;
use std::sync::Arc;

use crate::graph::Form;
use crate::group::declared::Declared;
use crate::group::handle::GroupHandle;
use crate::group::rule::{ConsumingNothing, EmittingNothing};
use crate::group::slot::{Member, MemberSlot};
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
    type Slot = GroupHandle;
    const FORM: Form = Form::UNKNOWN;

    fn into_member(self) -> Declared<GroupHandle> {
        let handle = self.handle();
        Declared::new(self, handle)
    }
}

impl MemberSlot for GroupHandle {
    type Member = Declared<Self>;
    type Message = Nothing;
    type Output = Nothing;
    type Consumption = ConsumingNothing;
    const CONSUMPTION: ConsumingNothing = ConsumingNothing;
    type Emission = EmittingNothing;
    const EMISSION: EmittingNothing = EmittingNothing;
    type Handle = Self;

    fn add(
        workers: &mut Workers,
        name: &str,
        options: Options,
        mut build: impl FnMut() -> Declared<Self> + Send + 'static,
    ) -> Self {
        workers.add_group(name, options, build())
    }

    fn member_handle(&self) -> Self {
        self.clone()
    }
}

/// The slot of a group that `workers!` declares is its handle.
impl<H> MemberSlot for H
where
    H: Deref<Target = GroupHandle> + Clone + Send + Sync + 'static,
{
    type Member = Declared<H>;
    type Message = Nothing;
    type Output = Nothing;
    type Consumption = ConsumingNothing;
    const CONSUMPTION: ConsumingNothing = ConsumingNothing;
    type Emission = EmittingNothing;
    const EMISSION: EmittingNothing = EmittingNothing;
    type Handle = H;

    fn add(
        workers: &mut Workers,
        name: &str,
        options: Options,
        mut build: impl FnMut() -> Declared<H> + Send + 'static,
    ) -> Self {
        workers.add_group(name, options, build())
    }

    fn member_handle(&self) -> H {
        self.clone()
    }
}
