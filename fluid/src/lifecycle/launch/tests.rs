//! The size of a worker's future.

use super::*;
use crate::group::handle::GroupHandle;
use crate::group::slot::Slot;
use crate::node::context::Context;
use crate::node::options_ref::OptionsRef;
use crate::options::Options;
use crate::state::Kind;
use crate::state::Nothing;
use crate::sync::mpsc;
use crate::worker::function::{Called, Function, PerBeat, PerMessage};

/// A function with a heartbeat that does nothing.
struct Beat;

impl Function for Beat {
    type Input = PerBeat;
    const OPTIONS: Options = Options::new().heartbeat(Duration::from_secs(1));
    type Emission = Option<Nothing>;

    async fn call(&mut self, (): (), _: &Context, (): &()) -> Called<Self> {
        Ok(None)
    }
}

/// A consumer that does nothing.
struct Listen;

impl Function for Listen {
    type Input = PerMessage<u64>;
    type Emission = Option<Nothing>;

    async fn call(&mut self, _: u64, _: &Context, (): &()) -> Called<Self> {
        Ok(None)
    }
}

fn size_of_future<W: Worker>(worker: W) -> usize {
    let (events, _) = mpsc::unbounded_channel();
    let build = Build::by_value(worker);
    let options = OptionsRef::from(const { &W::OPTIONS });
    let node = Node::new("group".into(), Kind::Group, Options::new(), None, vec![]);
    let group = GroupHandle::new(node, events);
    let (_slot, pending) = Slot::new("test".into(), 0, &group, options, build);
    let PendingWorker { node, build, ends } = pending;
    let PendingIo { io, .. } = lock(&ends).take().unwrap();
    size_of_val(&run_to_exit(ReadyWorker { node, build, io }, Standalone))
}

/// A layer that stores its inner future twice, as an `async fn` stores a future argument, doubles the size.
#[tokio::test]
async fn no_layer_stores_its_inner_future_twice() {
    let (beat, listen) = (size_of_future(Beat), size_of_future(Listen));
    assert!(beat <= 800, "a beating worker takes {beat} bytes");
    assert!(listen <= 1_650, "a consumer takes {listen} bytes");
}
