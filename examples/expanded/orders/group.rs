//! What the macros make of `group.rs`.
/// Takes orders, charges them, and keeps what became of each.
///
/// A worker that fails is restarted, three times in half a minute; then what it needs is taken to be
/// down for good, and the group gives up: no order is taken any more, and those that were are charged
/// and kept as far as that is possible, and counted where it is not.
/**
 ```mermaid
 flowchart LR
     take["<b>take</b><br/>Take"]
     reject["<b>reject</b><br/>Reject"]
     charge["<b>charge</b><br/>Charge"]
     store["<b>store</b><br/>Store"]
     settle["<b>settle</b><br/>Settle"]
     bury["<b>bury</b><br/>Bury"]
     take -->|"orders"| charge
     charge --> store
     take -->|"rejected"| reject
     charge -->|"failed"| settle
     settle --> bury
 ```*/
#[must_use = "a group does nothing until it is started"]
#[allow(missing_debug_implementations)]
pub struct Orders(::fluid::__private::Declared<OrdersHandle>);
impl ::core::ops::Deref for Orders {
    type Target = OrdersHandle;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
impl Orders {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(unused_imports, unused_mut)]
    pub fn new(
        source: impl ::core::convert::Into<::fluid::__private::Arc<Source>>,
        provider: impl ::core::convert::Into<::fluid::__private::Arc<Provider>>,
        db: impl ::core::convert::Into<::fluid::__private::Arc<Database>>,
    ) -> Self {
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _};
        let source = ::fluid::__private::resource::<Source>(source);
        let provider = ::fluid::__private::resource::<Provider>(provider);
        let db = ::fluid::__private::resource::<Database>(db);
        let mut __workers = ::fluid::__private::Workers::new("orders")
            .grace(::core::time::Duration::from_secs(10))
            .restart(
                ::fluid::__private::Restart::one_for_one()
                    .max_restarts(3)
                    .within(::core::time::Duration::from_secs(30))
                    .backoff(
                        ::core::time::Duration::from_millis(100),
                        ::core::time::Duration::from_secs(1),
                    ),
            );
        let take = __workers.add_from("take", &source, Self::__make_take);
        let reject = __workers.add_made("reject", Self::__make_reject);
        let charge = __workers.add_from("charge", &provider, Self::__make_charge);
        let store = __workers.add_from("store", &db, Self::__make_store);
        let settle = __workers.add_from("settle", &provider, Self::__make_settle);
        let bury = __workers.add_from("bury", &db, Self::__make_bury);
        __workers.connect_port(&take, <Take>::orders(), &charge);
        __workers.connect(charge.starts_an_edge(), &store);
        __workers.connect_port(&take, <Take>::rejected(), &reject);
        __workers.connect_port(&charge, __workers.failed(&charge), &settle);
        __workers.connect(settle.starts_an_edge(), &bury);
        {
            struct EdgesOfTake<Ports>(Ports);
            impl<W, P, Ports> ::fluid::rule::Wires<W, P, 5169432582064972>
            for EdgesOfTake<Ports> {}
            impl<W, P, Ports> ::fluid::rule::Wires<W, P, 15096858049233138087>
            for EdgesOfTake<Ports> {}
            <Take>::every_port_leads_somewhere(
                    EdgesOfTake((<Take>::orders(), <Take>::rejected())),
                )
                .fed_by_nothing()
                .feeds_nothing();
        }
        <Reject>::every_port_leads_somewhere(::fluid::rule::NoPorts).feeds_nothing();
        <Charge>::every_port_leads_somewhere(::fluid::rule::NoPorts);
        <Store>::every_port_leads_somewhere(::fluid::rule::NoPorts).feeds_nothing();
        <Settle>::every_port_leads_somewhere(::fluid::rule::NoPorts);
        <Bury>::every_port_leads_somewhere(::fluid::rule::NoPorts).feeds_nothing();
        let __handle = OrdersHandle {
            __group: __workers.handle(),
            take: take.worker_handle(),
            reject: reject.worker_handle(),
            charge: charge.worker_handle(),
            store: store.worker_handle(),
            settle: settle.worker_handle(),
            bury: bury.worker_handle(),
        };
        __workers
            .register_callback(
                ::fluid::__private::Callback::every(::core::time::Duration::from_secs(1))
                    .name("say_progress"),
                {
                    let group = ::core::clone::Clone::clone(&__handle);
                    move || {
                        let group = ::core::clone::Clone::clone(&group);
                        async move { say_progress(&group) }
                    }
                },
            );
        Self(::fluid::__private::Declared::new(__workers, __handle))
    }
    fn __make_take(source: &::fluid::__private::Arc<Source>) -> Take {
        Take {
            source: ::fluid::__private::Share::share(source),
            intake: Intake::default(),
        }
    }
    fn __make_reject() -> Reject {
        Reject {}
    }
    fn __make_charge(provider: &::fluid::__private::Arc<Provider>) -> Charge {
        Charge {
            provider: ::fluid::__private::Share::share(provider),
        }
    }
    fn __make_store(db: &::fluid::__private::Arc<Database>) -> Store {
        Store {
            db: ::fluid::__private::Share::share(db),
        }
    }
    fn __make_settle(provider: &::fluid::__private::Arc<Provider>) -> Settle {
        Settle {
            provider: ::fluid::__private::Share::share(provider),
        }
    }
    fn __make_bury(db: &::fluid::__private::Arc<Database>) -> Bury {
        Bury {
            db: ::fluid::__private::Share::share(db),
        }
    }
    /// The graph of the group, from which its pictures are drawn.
    pub const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph::new(
            "orders",
            "Orders",
        )
        .docs(
            &[
                "Takes orders, charges them, and keeps what became of each.",
                "",
                "A worker that fails is restarted, three times in half a minute; then what it needs is taken to be",
                "down for good, and the group gives up: no order is taken any more, and those that were are charged",
                "and kept as far as that is possible, and counted where it is not.",
            ],
        )
        .resources(
            &[
                ::fluid::__private::GraphResource::new("source", "Source"),
                ::fluid::__private::GraphResource::new("provider", "Provider"),
                ::fluid::__private::GraphResource::new("db", "Database"),
            ],
        )
        .workers(
            &[
                ::fluid::__private::GraphWorker::of::<Take>("take", "Take"),
                ::fluid::__private::GraphWorker::of::<Reject>("reject", "Reject"),
                ::fluid::__private::GraphWorker::of::<Charge>("charge", "Charge"),
                ::fluid::__private::GraphWorker::of::<Store>("store", "Store"),
                ::fluid::__private::GraphWorker::of::<Settle>("settle", "Settle"),
                ::fluid::__private::GraphWorker::of::<Bury>("bury", "Bury"),
            ],
        )
        .edges(
            &[
                ::fluid::__private::GraphEdge::new("take", "charge").port("orders"),
                ::fluid::__private::GraphEdge::new("charge", "store"),
                ::fluid::__private::GraphEdge::new("take", "reject").port("rejected"),
                ::fluid::__private::GraphEdge::new("charge", "settle").port("failed"),
                ::fluid::__private::GraphEdge::new("settle", "bury"),
            ],
        )
        .callbacks(
            &[
                ::fluid::__private::GraphCallback::new(
                    "every \"1s\"",
                    "say_progress(&group)",
                ),
            ],
        );
}
#[allow(dead_code)]
impl Orders {
    /// Starts the group. See [`Workers::startup`](::fluid::Workers::startup).
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    pub async fn startup(
        self,
    ) -> ::core::result::Result<OrdersHandle, ::fluid::__private::Exit> {
        self.0.startup().await
    }
    /// Starts the group, runs `block`, and shuts the group down. See
    /// [`Workers::scope`](::fluid::Workers::scope).
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    pub async fn scope<BlockOutput, BlockFuture>(
        self,
        block: impl ::core::ops::FnOnce(OrdersHandle) -> BlockFuture,
    ) -> ::core::result::Result<
        (BlockOutput, ::fluid::__private::Exit),
        ::fluid::__private::Exit,
    >
    where
        BlockFuture: ::core::future::Future<Output = BlockOutput>,
    {
        self.0.scope(block).await
    }
    /// Runs the group until it ends or a signal stops it. See
    /// [`Workers::run`](::fluid::Workers::run).
    pub async fn run(self) -> ::fluid::__private::Exit {
        self.0.run().await
    }
    /// Builds a runtime and runs the group on it. See
    /// [`Workers::main`](::fluid::Workers::main).
    pub fn main(self) -> ::fluid::__private::Exit {
        self.0.main()
    }
}
/// The handle of [`Orders`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
#[allow(missing_debug_implementations)]
pub struct OrdersHandle {
    __group: ::fluid::__private::GroupHandle,
    take: ::fluid::__private::WorkerHandle,
    reject: ::fluid::__private::WorkerHandle,
    charge: ::fluid::__private::WorkerHandle,
    store: ::fluid::__private::WorkerHandle,
    settle: ::fluid::__private::WorkerHandle,
    bury: ::fluid::__private::WorkerHandle,
}
#[allow(dead_code, private_interfaces)]
impl OrdersHandle {
    /// The worker `take`.
    #[must_use]
    pub fn take(&self) -> &::fluid::__private::WorkerHandle {
        &self.take
    }
    /// The worker `reject`.
    #[must_use]
    pub fn reject(&self) -> &::fluid::__private::WorkerHandle {
        &self.reject
    }
    /// The worker `charge`.
    #[must_use]
    pub fn charge(&self) -> &::fluid::__private::WorkerHandle {
        &self.charge
    }
    /// The worker `store`.
    #[must_use]
    pub fn store(&self) -> &::fluid::__private::WorkerHandle {
        &self.store
    }
    /// The worker `settle`.
    #[must_use]
    pub fn settle(&self) -> &::fluid::__private::WorkerHandle {
        &self.settle
    }
    /// The worker `bury`.
    #[must_use]
    pub fn bury(&self) -> &::fluid::__private::WorkerHandle {
        &self.bury
    }
}
impl ::core::ops::Deref for OrdersHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Orders {
    type Message = ::fluid::__private::Nothing;
    type Output = ::fluid::__private::Nothing;
    type Handle = OrdersHandle;
    type Slot = OrdersHandle;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(
        &Self::GRAPH,
    );
    fn into_group(self) -> ::fluid::__private::Declared<OrdersHandle> {
        self.0
    }
    fn handle(seat: &Self::Slot) -> Self::Handle {
        ::core::clone::Clone::clone(seat)
    }
}
