//! What a member tells its group.

use super::{MemberId, Node};
use crate::node::directive::{Directive, RunEnded, RunStats};
use crate::report::exit::Cause;
use crate::supervisor::Event;
use crate::sync::oneshot;
use crate::sync::signal::until;

impl Node {
    /// Nothing comes of it if the group has ended.
    fn tell(&self, event: impl FnOnce(MemberId) -> Event) {
        if let Some(parent) = self.parent.get() {
            let _ = parent.events.send(event(parent.member));
        }
    }

    /// It has started.
    pub(crate) fn tell_started(&self) {
        self.tell(Event::Started);
    }

    /// It has failed, its own hooks are called, and it has its time to end.
    pub(crate) fn tell_failing(&self) {
        self.tell(Event::Failing);
    }

    /// One life has ended, and it waits for what comes.
    pub(crate) fn tell_down(
        &self,
        failure: Option<Cause>,
        run_stats: RunStats,
    ) -> oneshot::Receiver<Directive> {
        let (order, ordered) = oneshot::channel();
        let down = RunEnded {
            failure,
            run_stats,
            order,
        };
        self.tell(|member| Event::RunEnded(member, Box::new(down)));
        ordered
    }

    /// The same, and waits. Nothing, if it is forced to end, or no one is left to say what comes.
    pub(crate) async fn next_life(
        &self,
        failure: Option<Cause>,
        run_stats: RunStats,
    ) -> Option<Directive> {
        until(self.forced(), self.tell_down(failure, run_stats))
            .await?
            .ok()
    }

    /// It is to stop: its group decides when its turn comes.
    pub(super) fn tell_stop(&self) {
        self.tell(Event::StopMember);
    }

    /// It has ended, and holds its exit.
    pub(crate) fn tell_ended(&self) {
        self.tell(Event::Ended);
    }
}
