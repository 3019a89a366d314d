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
use crate::worker::downstream::PortOutput;
use crate::worker::function::{Called, Function, PerBeat, PerMessage};
use crate::worker::loops::boxed_calls;

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

const LARGE: usize = 64 * 1024;

/// A consumer that passes on large messages.
struct PassLarge;

impl Function for PassLarge {
    type Input = PerMessage<[u8; LARGE]>;
    type Emission = Option<[u8; LARGE]>;

    async fn call(&mut self, message: [u8; LARGE], _: &Context, (): &()) -> Called<Self> {
        Ok(Some(message))
    }
}

fn size_of_future<W: Worker>(worker: W) -> usize {
    size_of_val(&run_to_exit(ready(worker), Standalone))
}

fn ready<W: Worker>(worker: W) -> ReadyWorker<W> {
    let (events, _) = mpsc::unbounded_channel();
    let build = Build::by_value(worker);
    let options = OptionsRef::from(const { &W::OPTIONS });
    let node = Node::new("group".into(), Kind::Group, Options::new(), None, vec![]);
    let group = GroupHandle::new(node, events);
    let (_slot, pending) = Slot::new("test".into(), 0, &group, options, build);
    let PendingWorker { node, build, ends } = pending;
    let PendingIo { io, .. } = lock(&ends).take().unwrap();
    ReadyWorker { node, build, io }
}

/// A layer that stores its inner future twice, as an `async fn` stores a future argument, doubles the size.
#[tokio::test]
async fn no_layer_stores_its_inner_future_twice() {
    let (beat, listen) = (size_of_future(Beat), size_of_future(Listen));
    assert!(beat <= 800, "a beating worker takes {beat} bytes");
    assert!(listen <= 1_650, "a consumer takes {listen} bytes");
}

#[tokio::test]
async fn the_future_of_an_incarnation_has_no_room_for_a_message() {
    let size = size_of_future(PassLarge);
    assert!(
        size < 2_000,
        "a consumer of large messages takes {size} bytes"
    );
}

/// The message, the future of its call, what it emits and what waits for room: seven messages, with the test kit.
#[tokio::test]
async fn the_calls_of_a_consumer_have_room_for_few_messages() {
    let ReadyWorker { node, mut io, .. } = ready(PassLarge);
    let ctx = Context::new(Arc::clone(&node), node.run_control());
    let (worker, downstream) = (&mut PassLarge, &mut PortOutput);
    let size = size_of_val(&*boxed_calls(worker, &ctx, &mut **io, downstream));
    assert!(size < 8 * LARGE, "the calls take {size} bytes");
}
