//! How much room a life takes.

use super::*;
use crate::chosen::Chosen;
use crate::context::Context;
use crate::error::Nothing;
use crate::function::{Called, Function};
use crate::group::GroupHandle;
use crate::node::Kind;
use crate::options::Options;
use crate::seat::Seat;
use crate::stage::{EachBeat, EachMessage};
use crate::sync::mpsc;

/// A function that does nothing, at each beat.
struct Beat;

impl Function for Beat {
    type Message = Nothing;
    type Ports = ();
    const OPTIONS: Options = Options::new().heartbeat(Duration::from_secs(1));
    type Emission = Option<Nothing>;
    type Calls = EachBeat;

    async fn call(&mut self, (): (), _: &Context, (): &()) -> Called<Self> {
        Ok(None)
    }
}

/// A function that does nothing with each message.
struct Listen;

impl Function for Listen {
    type Message = u64;
    type Ports = ();
    type Emission = Option<Nothing>;
    type Calls = EachMessage;

    async fn call(&mut self, _: u64, _: &Context, (): &()) -> Called<Self> {
        Ok(None)
    }
}

fn size_of_life<W: Worker>(worker: W) -> usize {
    let (events, _) = mpsc::unbounded_channel();
    let build = Build::Once(Some(worker));
    let options = Chosen::of::<W>();
    let node = Node::new("group".into(), Kind::Group, Options::new(), None, vec![]);
    let group = GroupHandle::new(node, events);
    let (_seat, unborn) = Seat::new("test".into(), 0, &group, options, build);
    let Unborn { node, build, ends } = unborn;
    let Ends { io, .. } = lock(&ends).take().unwrap();
    size_of_val(&live_to_the_end(Unlived { node, build, io }, Alone))
}

/// A layer that keeps what it drives twice, as an `async fn` keeps a future that it is given, doubles the life.
#[tokio::test]
async fn no_layer_of_a_life_keeps_what_it_drives_twice() {
    let (beat, listen) = (size_of_life(Beat), size_of_life(Listen));
    assert!(beat <= 800, "a beating worker takes {beat} bytes");
    assert!(listen <= 1_600, "a consumer takes {listen} bytes");
}
