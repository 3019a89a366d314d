//! What the macros make of `lifecycle.rs`.
/// Panics at its third beat.
async fn stumble(beats: &mut u32, ctx: &Context) {
    *beats += 1;
    println!("  beat {beats} of life {}", ctx.restarts() + 1);
    assert!(* beats < 3, "stumbled");
}
/// Panics at its third beat.
struct Stumble {
    beats: u32,
}
impl ::fluid::__private::Function for Stumble {
    type Message = ::fluid::__private::Nothing;
    type Ports = ();
    type Emission = ::core::option::Option<::fluid::__private::Nothing>;
    type Calls = ::fluid::__private::EachBeat;
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
        _: &Self::Ports,
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::emits_none(
            stumble(::fluid::rule::state(&mut self.beats), ctx),
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
    type Message = ::fluid::__private::Nothing;
    type Ports = ();
    type Emission = ::core::option::Option<::fluid::__private::Nothing>;
    type Calls = ::fluid::__private::EachBeat;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("dawdle")
        .docs(&["Never finishes a call, and ignores the stop."]);
    fn call(
        &mut self,
        (): (),
        _: &::fluid::__private::Context,
        _: &Self::Ports,
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
#[allow(missing_debug_implementations)]
struct Stumbling {
    workers: ::fluid::__private::Workers,
    handle: StumblingHandle,
}
impl ::core::ops::Deref for Stumbling {
    type Target = StumblingHandle;
    fn deref(&self) -> &Self::Target {
        &self.handle
    }
}
impl Stumbling {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(
        clippy::too_many_arguments,
        clippy::new_without_default,
        unused_imports,
        unused_mut
    )]
    fn new() -> Self {
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _};
        let mut __workers = ::fluid::__private::Workers::new("stumbling");
        let stumble = __workers.add_as::<Stumble>("stumble", Self::__make_stumble);
        ::fluid::rule::fed_by_nothing::<Stumble>();
        ::fluid::rule::feeds_nothing::<Stumble>();
        <Stumble>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        let __handle = StumblingHandle {
            __group: __workers.handle(),
            stumble: stumble.worker_handle(),
        };
        Self {
            workers: __workers,
            handle: __handle,
        }
    }
    fn __make_stumble() -> Stumble {
        Stumble { beats: 0 }
    }
}
#[allow(dead_code)]
impl Stumbling {
    /// The group's graph: what it is made of, and what its pictures are drawn from.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph {
        name: "stumbling",
        type_name: "Stumbling",
        docs: &[],
        place: ::fluid::__private::Location::here(),
        resources: &[],
        workers: &[::fluid::__private::GraphWorker::of::<Stumble>("stumble", "Stumble")],
        edges: &[],
        callbacks: &[],
    };
}
#[allow(dead_code)]
impl Stumbling {
    /// Starts the group. See [`Workers::startup`](::fluid::Workers::startup).
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    async fn startup(
        self,
    ) -> ::core::result::Result<StumblingHandle, ::fluid::__private::Exit> {
        self.workers.startup().await?;
        ::core::result::Result::Ok(self.handle)
    }
    /// Starts the group, runs `block`, and shuts the group down, whatever the block did. See
    /// [`Workers::scope`](::fluid::Workers::scope).
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    async fn scope<BlockOutput, BlockFuture>(
        self,
        block: impl ::core::ops::FnOnce(StumblingHandle) -> BlockFuture,
    ) -> ::core::result::Result<
        (BlockOutput, ::fluid::__private::Exit),
        ::fluid::__private::Exit,
    >
    where
        BlockFuture: ::core::future::Future<Output = BlockOutput>,
    {
        self.workers.scope(|_| block(self.handle)).await
    }
    ::fluid::__private::process!(fn);
}
/// The handle of [`Stumbling`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
#[allow(missing_debug_implementations, dead_code)]
struct StumblingHandle {
    __group: ::fluid::__private::GroupHandle,
    stumble: ::fluid::__private::WorkerHandle,
}
#[allow(dead_code, private_interfaces)]
impl StumblingHandle {
    fn stumble(&self) -> &::fluid::__private::WorkerHandle {
        &self.stumble
    }
}
impl ::core::ops::Deref for StumblingHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Stumbling {
    type Message = ::fluid::__private::Nothing;
    type Output = ::fluid::__private::Nothing;
    type Handle = StumblingHandle;
    type Slot = StumblingHandle;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form {
        docs: Self::GRAPH.docs,
        group: ::core::option::Option::Some(&Self::GRAPH),
        ..::fluid::__private::Form::UNKNOWN
    };
    fn sit(
        workers: &mut ::fluid::__private::Workers,
        name: &::core::primitive::str,
        options: ::fluid::__private::Options,
        mut build: impl ::core::ops::FnMut() -> Self + ::core::marker::Send + 'static,
    ) -> Self::Slot {
        let group = build();
        workers.add_group(name, options, group.workers);
        group.handle
    }
    fn handle(seat: &Self::Slot) -> Self::Handle {
        ::core::clone::Clone::clone(seat)
    }
}
/// The group `dawdling`.
/**
 ```mermaid
 flowchart LR
     dawdle["<b>dawdle</b><br/>Dawdle"]
 ```*/
#[must_use = "a group does nothing until it is started"]
#[allow(missing_debug_implementations)]
struct Dawdling {
    workers: ::fluid::__private::Workers,
    handle: DawdlingHandle,
}
impl ::core::ops::Deref for Dawdling {
    type Target = DawdlingHandle;
    fn deref(&self) -> &Self::Target {
        &self.handle
    }
}
impl Dawdling {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(
        clippy::too_many_arguments,
        clippy::new_without_default,
        unused_imports,
        unused_mut
    )]
    fn new() -> Self {
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _};
        let mut __workers = ::fluid::__private::Workers::new("dawdling")
            .grace(::core::time::Duration::from_millis(200));
        let dawdle = __workers.add_as::<Dawdle>("dawdle", Self::__make_dawdle);
        ::fluid::rule::fed_by_nothing::<Dawdle>();
        ::fluid::rule::feeds_nothing::<Dawdle>();
        <Dawdle>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        let __handle = DawdlingHandle {
            __group: __workers.handle(),
            dawdle: dawdle.worker_handle(),
        };
        Self {
            workers: __workers,
            handle: __handle,
        }
    }
    fn __make_dawdle() -> Dawdle {
        Dawdle {}
    }
}
#[allow(dead_code)]
impl Dawdling {
    /// The group's graph: what it is made of, and what its pictures are drawn from.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph {
        name: "dawdling",
        type_name: "Dawdling",
        docs: &[],
        place: ::fluid::__private::Location::here(),
        resources: &[],
        workers: &[::fluid::__private::GraphWorker::of::<Dawdle>("dawdle", "Dawdle")],
        edges: &[],
        callbacks: &[],
    };
}
#[allow(dead_code)]
impl Dawdling {
    /// Starts the group. See [`Workers::startup`](::fluid::Workers::startup).
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    async fn startup(
        self,
    ) -> ::core::result::Result<DawdlingHandle, ::fluid::__private::Exit> {
        self.workers.startup().await?;
        ::core::result::Result::Ok(self.handle)
    }
    /// Starts the group, runs `block`, and shuts the group down, whatever the block did. See
    /// [`Workers::scope`](::fluid::Workers::scope).
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    async fn scope<BlockOutput, BlockFuture>(
        self,
        block: impl ::core::ops::FnOnce(DawdlingHandle) -> BlockFuture,
    ) -> ::core::result::Result<
        (BlockOutput, ::fluid::__private::Exit),
        ::fluid::__private::Exit,
    >
    where
        BlockFuture: ::core::future::Future<Output = BlockOutput>,
    {
        self.workers.scope(|_| block(self.handle)).await
    }
    ::fluid::__private::process!(fn);
}
/// The handle of [`Dawdling`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
#[allow(missing_debug_implementations, dead_code)]
struct DawdlingHandle {
    __group: ::fluid::__private::GroupHandle,
    dawdle: ::fluid::__private::WorkerHandle,
}
#[allow(dead_code, private_interfaces)]
impl DawdlingHandle {
    fn dawdle(&self) -> &::fluid::__private::WorkerHandle {
        &self.dawdle
    }
}
impl ::core::ops::Deref for DawdlingHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Dawdling {
    type Message = ::fluid::__private::Nothing;
    type Output = ::fluid::__private::Nothing;
    type Handle = DawdlingHandle;
    type Slot = DawdlingHandle;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form {
        docs: Self::GRAPH.docs,
        group: ::core::option::Option::Some(&Self::GRAPH),
        ..::fluid::__private::Form::UNKNOWN
    };
    fn sit(
        workers: &mut ::fluid::__private::Workers,
        name: &::core::primitive::str,
        options: ::fluid::__private::Options,
        mut build: impl ::core::ops::FnMut() -> Self + ::core::marker::Send + 'static,
    ) -> Self::Slot {
        let group = build();
        workers.add_group(name, options, group.workers);
        group.handle
    }
    fn handle(seat: &Self::Slot) -> Self::Handle {
        ::core::clone::Clone::clone(seat)
    }
}
