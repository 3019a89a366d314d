//! What the macros make of `lifecycle.rs`.
/// Panics at its third beat.
async fn stumble(beats: &mut u32, ctx: &Context) {
    *beats += 1;
    println!("  beat {beats} of run {}", ctx.restarts() + 1);
    assert!(* beats < 3, "stumbled");
}
/// Panics at its third beat.
struct Stumble {
    beats: u32,
}
impl ::fluid::__private::Function for Stumble {
    type Input = ::fluid::__private::PerBeat;
    type Emission = ::fluid::__private::Silent;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .heartbeat(::core::time::Duration::from_millis(20))
        .on_error(::fluid::__private::OnError::Restart)
        .stateful();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("stumble")
        .docs(&["Panics at its third beat."]);
    fn call(
        &mut self,
        (): (),
        ctx: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::emits_none(
            stumble(::fluid::rule::IsState::state(&mut self.beats), ctx),
        )
    }
}
/// Never finishes a call, and ignores the stop.
async fn dawdle() {
    std::future::pending::<()>().await;
}
/// Never finishes a call, and ignores the stop.
struct Dawdle;
impl ::fluid::__private::Function for Dawdle {
    type Input = ::fluid::__private::PerBeat;
    type Emission = ::fluid::__private::Silent;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("dawdle")
        .docs(&["Never finishes a call, and ignores the stop."]);
    fn call(
        &mut self,
        (): (),
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::emits_none(dawdle())
    }
}
/// The group `stumbling`.
/**
 ```mermaid
 flowchart LR
     stumble["<b>stumble</b><br/>Stumble"]
 ```*/
#[must_use = "a group does nothing until it is started"]
struct Stumbling(::fluid::__private::Declared<StumblingHandle>);
impl ::core::ops::Deref for Stumbling {
    type Target = StumblingHandle;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
impl Stumbling {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(unused_imports, unused_mut)]
    fn new() -> Self {
        use ::fluid::__private::MemberSlot as _;
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _, HasProperties as _};
        let mut __workers = ::fluid::__private::Workers::new("stumbling");
        let stumble = <Stumble as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "stumble", Self::__make_stumble);
        ::fluid::rule::NeedsNoFeeding::<
            Stumble,
            _,
        >::fed_by_nothing(stumble.message_type(), stumble.consumption());
        ::fluid::rule::NeedsNoEdge::<
            Stumble,
            _,
        >::feeds_nothing(stumble.output_type(), stumble.emission());
        <Stumble>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        let __handle = StumblingHandle {
            __group: __workers.handle(),
            stumble: stumble.worker_handle(),
        };
        Self(::fluid::__private::Declared::new(__workers, __handle))
    }
    fn __make_stumble() -> Stumble {
        Stumble { beats: 0 }
    }
    ::fluid::__private::start_methods!(self -> StumblingHandle);
    /// The graph of the group, from which its pictures are drawn.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph::new(
            "stumbling",
            "Stumbling",
        )
        .workers(
            &[
                <Stumble as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("stumble", "Stumble"),
            ],
        );
}
/// The handle of [`Stumbling`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
struct StumblingHandle {
    __group: ::fluid::__private::GroupHandle,
    stumble: ::fluid::__private::WorkerHandle,
}
#[allow(dead_code)]
impl StumblingHandle {
    fn stumble(&self) -> &::fluid::__private::WorkerHandle {
        &self.stumble
    }
}
impl ::core::fmt::Debug for StumblingHandle {
    fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.__group, __f)
    }
}
impl ::core::ops::Deref for StumblingHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Stumbling {
    type Slot = StumblingHandle;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(
        &Self::GRAPH,
    );
    fn into_member(self) -> ::fluid::__private::Declared<StumblingHandle> {
        self.0
    }
}
/// The group `dawdling`.
/**
 ```mermaid
 flowchart LR
     dawdle["<b>dawdle</b><br/>Dawdle"]
 ```*/
#[must_use = "a group does nothing until it is started"]
struct Dawdling(::fluid::__private::Declared<DawdlingHandle>);
impl ::core::ops::Deref for Dawdling {
    type Target = DawdlingHandle;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
impl Dawdling {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(unused_imports, unused_mut)]
    fn new() -> Self {
        use ::fluid::__private::MemberSlot as _;
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _, HasProperties as _};
        let mut __workers = ::fluid::__private::Workers::new("dawdling")
            .grace(::core::time::Duration::from_millis(200));
        let dawdle = <Dawdle as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "dawdle", Self::__make_dawdle);
        ::fluid::rule::NeedsNoFeeding::<
            Dawdle,
            _,
        >::fed_by_nothing(dawdle.message_type(), dawdle.consumption());
        ::fluid::rule::NeedsNoEdge::<
            Dawdle,
            _,
        >::feeds_nothing(dawdle.output_type(), dawdle.emission());
        <Dawdle>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        let __handle = DawdlingHandle {
            __group: __workers.handle(),
            dawdle: dawdle.worker_handle(),
        };
        Self(::fluid::__private::Declared::new(__workers, __handle))
    }
    fn __make_dawdle() -> Dawdle {
        Dawdle {}
    }
    ::fluid::__private::start_methods!(self -> DawdlingHandle);
    /// The graph of the group, from which its pictures are drawn.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph::new(
            "dawdling",
            "Dawdling",
        )
        .workers(
            &[
                <Dawdle as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("dawdle", "Dawdle"),
            ],
        );
}
/// The handle of [`Dawdling`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
struct DawdlingHandle {
    __group: ::fluid::__private::GroupHandle,
    dawdle: ::fluid::__private::WorkerHandle,
}
#[allow(dead_code)]
impl DawdlingHandle {
    fn dawdle(&self) -> &::fluid::__private::WorkerHandle {
        &self.dawdle
    }
}
impl ::core::fmt::Debug for DawdlingHandle {
    fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.__group, __f)
    }
}
impl ::core::ops::Deref for DawdlingHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Dawdling {
    type Slot = DawdlingHandle;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(
        &Self::GRAPH,
    );
    fn into_member(self) -> ::fluid::__private::Declared<DawdlingHandle> {
        self.0
    }
}
