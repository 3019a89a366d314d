//! A call of the stub that replaces a worker behind a fused edge.

use tracing::Span;

use crate::error::Error;
use crate::fused::callee::CalleeSlot;
use crate::test::StubOf;
use crate::worker::Worker;
use crate::worker::downstream::Downstream;
use crate::worker::handle_message::{Inputs, Next, Target};

pub(super) struct StubCall<'a, W: Worker, N> {
    pub(super) stub: &'a mut CalleeSlot<StubOf<W>>,
    pub(super) input: Option<W::Message>,
    pub(super) next: &'a mut N,
}

impl<W: Worker, N: Downstream<W::Output>> Inputs<StubOf<W>> for StubCall<'_, W, N> {
    type Downstream = N;
    type Around<'b>
        = &'b Span
    where
        Self: 'b;
    type End = ();

    fn next(&mut self) -> Next {
        self.stub.receive();
        Next::Ready
    }

    async fn wait(&mut self) -> bool {
        false
    }

    fn target(&mut self) -> Target<'_, StubOf<W>, N, &Span> {
        self.stub.target(&mut self.input, self.next)
    }

    fn called(&mut self, called: Result<(), Error>) -> Option<()> {
        self.stub.called(called);
        Some(())
    }

    fn ended(&mut self) {}
}
