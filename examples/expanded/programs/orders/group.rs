//! What the macros make of `group.rs`.
/// Takes orders, charges them, and records the outcome of each.
///
/// A worker that fails is restarted, up to three times in half a minute. After that the group gives up, because the
/// database or the provider must be down permanently. It then takes no more orders. The orders already taken are
/// charged and stored as far as possible, and all others are counted.
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
        use ::fluid::__private::MemberSlot as _;
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _, HasProperties as _};
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
        let take = <Take as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "take", &source, Self::__make_take);
        let reject = <Reject as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "reject", Self::__make_reject);
        let charge = <Charge as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "charge", &provider, Self::__make_charge);
        let store = <Store as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "store", &db, Self::__make_store);
        let settle = <Settle as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "settle", &provider, Self::__make_settle);
        let bury = <Bury as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "bury", &db, Self::__make_bury);
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            take.port(<Take>::orders()),
            ::fluid::rule::EndsEdge::<Charge, _>::end(charge.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Charge, _>::start(charge.start_of_edge()),
            ::fluid::rule::EndsEdge::<Store, _>::end(store.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            take.port(<Take>::rejected()),
            ::fluid::rule::EndsEdge::<Reject, _>::end(reject.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::CanBeTriedAgain::failed(
                ::fluid::rule::RULE,
                ::fluid::rule::HasFailed::<Charge, _>::with_failed(charge.end_of_edge()),
            ),
            ::fluid::rule::EndsEdge::<Settle, _>::end(settle.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Settle, _>::start(settle.start_of_edge()),
            ::fluid::rule::EndsEdge::<Bury, _>::end(bury.end_of_edge()),
        );
        ::fluid::rule::NeedsNoFeeding::<
            Take,
            _,
        >::fed_by_nothing(take.message_type(), take.consumption());
        ::fluid::rule::NeedsNoEdge::<
            Take,
            _,
        >::feeds_nothing(take.output_type(), take.emission());
        let () = {
            struct EdgesOfTake<Ports>(Ports);
            impl<W, P, Ports> ::fluid::rule::Wires<W, P, 64972> for EdgesOfTake<Ports> {}
            impl<W, P, Ports> ::fluid::rule::Wires<W, P, 138087> for EdgesOfTake<Ports> {}
            <Take>::every_port_leads_somewhere(
                EdgesOfTake((<Take>::orders(), <Take>::rejected())),
            )
        };
        ::fluid::rule::NeedsNoEdge::<
            Reject,
            _,
        >::feeds_nothing(reject.output_type(), reject.emission());
        <Reject>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        <Charge>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::NeedsNoEdge::<
            Store,
            _,
        >::feeds_nothing(store.output_type(), store.emission());
        <Store>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        <Settle>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::NeedsNoEdge::<
            Bury,
            _,
        >::feeds_nothing(bury.output_type(), bury.emission());
        <Bury>::every_port_leads_somewhere(::fluid::rule::NoEdges);
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
            source: ::fluid::rule::Share::share(source),
            intake: Intake::default(),
        }
    }
    fn __make_reject() -> Reject {
        Reject {}
    }
    fn __make_charge(provider: &::fluid::__private::Arc<Provider>) -> Charge {
        Charge {
            provider: ::fluid::rule::Share::share(provider),
        }
    }
    fn __make_store(db: &::fluid::__private::Arc<Database>) -> Store {
        Store {
            db: ::fluid::rule::Share::share(db),
        }
    }
    fn __make_settle(provider: &::fluid::__private::Arc<Provider>) -> Settle {
        Settle {
            provider: ::fluid::rule::Share::share(provider),
        }
    }
    fn __make_bury(db: &::fluid::__private::Arc<Database>) -> Bury {
        Bury {
            db: ::fluid::rule::Share::share(db),
        }
    }
    ::fluid::__private::start_methods!(pub self -> OrdersHandle);
    /// The graph of the group, from which its pictures are drawn.
    pub const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph::new(
            "orders",
            "Orders",
        )
        .docs(
            &[
                "Takes orders, charges them, and records the outcome of each.",
                "",
                "A worker that fails is restarted, up to three times in half a minute. After that the group gives up, because the",
                "database or the provider must be down permanently. It then takes no more orders. The orders already taken are",
                "charged and stored as far as possible, and all others are counted.",
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
                <Take as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("take", "Take"),
                <Reject as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("reject", "Reject"),
                <Charge as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("charge", "Charge"),
                <Store as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("store", "Store"),
                <Settle as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("settle", "Settle"),
                <Bury as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("bury", "Bury"),
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
/// The handle of [`Orders`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
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
impl ::core::fmt::Debug for OrdersHandle {
    fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.__group, __f)
    }
}
impl ::core::ops::Deref for OrdersHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Orders {
    type Slot = OrdersHandle;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(
        &Self::GRAPH,
    );
    fn into_member(self) -> ::fluid::__private::Declared<OrdersHandle> {
        self.0
    }
}
