//! A member of a group, as its supervisor sees it.

use std::sync::Arc;

use crate::exit::Cause;
use crate::life::Launch;
use crate::node::{MemberId, Node};
use crate::options::Options;
use crate::supervisor::trash::Trash;

/// A member, and where it stands in its group's start and stop.
pub(crate) struct Seated {
    pub(super) id: MemberId,
    pub(super) node: Arc<Node>,
    pub(super) options: Options,
    /// Until it is launched.
    pub(super) launch: Option<Box<dyn Launch>>,
    /// The members at the other ends of its edges.
    pub(super) feeds: Vec<MemberId>,
    /// How many members that feed it have not ended.
    pub(super) feeders: usize,
    /// The member that makes its calls, if it is behind a fused edge.
    pub(super) called_by: Option<MemberId>,
    pub(super) asked: bool,
    pub(super) forced: bool,
    pub(super) removed: bool,
    /// Whether it came when the group was running.
    pub(super) late: bool,
    pub(super) ended: bool,
}

impl Seated {
    pub(crate) fn new(
        id: MemberId,
        node: Arc<Node>,
        options: Options,
        launch: Box<dyn Launch>,
    ) -> Self {
        Self {
            id,
            node,
            options,
            launch: Some(launch),
            feeds: Vec::new(),
            feeders: 0,
            called_by: None,
            asked: false,
            forced: false,
            removed: false,
            late: false,
            ended: false,
        }
    }

    /// Ends a member that was never launched. What was sent to it is undelivered.
    pub(crate) fn never_started(mut self, trash: &mut Trash) {
        seal(&self.node, trash);
        trash.put(self.launch.take());
        self.node
            .finish(self.node.report(Cause::NotStarted, false, false));
    }

    pub(crate) fn id(&self) -> MemberId {
        self.id
    }

    pub(crate) fn is(&self, node: &Arc<Node>) -> bool {
        Arc::ptr_eq(&self.node, node)
    }
}

/// Ends the counting of a consumer that will handle nothing any more.
pub(super) fn seal(node: &Node, trash: &mut Trash) {
    if let Some(left) = node.intake.as_ref().and_then(|intake| intake.seal()) {
        trash.put(left);
    }
}
