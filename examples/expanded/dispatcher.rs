//! What the macros make of `dispatcher.rs`.
/// Makes up trades of two symbols at each beat; the price of the second symbol rises.
async fn exchange(price: &mut f64) -> Vec<Trade> {
    *price += 1.0;
    let gold = Trade {
        symbol: "gold",
        price: *price,
    };
    let tin = Trade {
        symbol: "tin",
        price: 30.0,
    };
    vec![gold, tin]
}
/// Makes up trades of two symbols at each beat; the price of the second symbol rises.
struct Exchange {
    price: f64,
}
impl ::fluid::__private::Function for Exchange {
    type Message = ::fluid::__private::Nothing;
    type Ports = ();
    type Emission = ::fluid::__private::Vec<Trade>;
    type Calls = ::fluid::__private::EachBeat;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .heartbeat(::core::time::Duration::from_millis(50))
        .stateful();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("exchange")
        .docs(
            &[
                "Makes up trades of two symbols at each beat; the price of the second symbol rises.",
            ],
        )
        .output("Trade");
    fn call(
        &mut self,
        (): (),
        _: &::fluid::__private::Context,
        _: &Self::Ports,
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::emitted::<Trade>().is_no_result();
        ::fluid::__private::emits_each(exchange(::fluid::rule::state(&mut self.price)))
    }
}
/// Hands each trade to the registered handlers.
/**
 ```mermaid
 flowchart LR
     exchange["<b>exchange</b><br/>Exchange"]
     dispatch["<b>dispatch</b><br/>Dispatcher#lt;Trade#gt;"]
     exchange --> dispatch
 ```*/
#[must_use = "a group does nothing until it is started"]
#[allow(missing_debug_implementations)]
struct Desk {
    workers: ::fluid::__private::Workers,
    handle: DeskHandle,
}
impl ::core::ops::Deref for Desk {
    type Target = DeskHandle;
    fn deref(&self) -> &Self::Target {
        &self.handle
    }
}
impl Desk {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(
        clippy::too_many_arguments,
        clippy::new_without_default,
        unused_imports,
        unused_mut
    )]
    fn new(
        trades: impl ::core::convert::Into<::fluid::__private::Arc<Dispatcher<Trade>>>,
    ) -> Self {
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _};
        let trades: ::fluid::__private::Arc<Dispatcher<Trade>> = ::core::convert::Into::into(
            trades,
        );
        let mut __workers = ::fluid::__private::Workers::new("desk");
        let exchange = __workers.add_as::<Exchange>("exchange", Self::__make_exchange);
        let dispatch = __workers
            .add_as::<
                Dispatcher<Trade>,
            >(
                "dispatch",
                ::fluid::__private::made(
                    ::core::clone::Clone::clone(&trades),
                    Self::__make_dispatch,
                ),
            );
        __workers.connect(exchange.starts_an_edge(), dispatch.ends_an_edge());
        ::fluid::rule::fed_by_nothing::<Exchange>();
        <Exchange>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::feeds_nothing::<Dispatcher<Trade>>();
        <Dispatcher<Trade>>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        let __handle = DeskHandle {
            __group: __workers.handle(),
            exchange: exchange.worker_handle(),
            dispatch: <Dispatcher<
                Trade,
            > as ::fluid::__private::Member>::handle(&dispatch),
        };
        Self {
            workers: __workers,
            handle: __handle,
        }
    }
    fn __make_exchange() -> Exchange {
        Exchange { price: 2_000.0 }
    }
    fn __make_dispatch(
        trades: &::fluid::__private::Arc<Dispatcher<Trade>>,
    ) -> Dispatcher<Trade> {
        {
            let trades = ::core::clone::Clone::clone(trades);
            Dispatcher::clone(&trades)
        }
    }
}
#[allow(dead_code)]
impl Desk {
    /// The group's graph: what it is made of, and what its pictures are drawn from.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph {
        name: "desk",
        type_name: "Desk",
        docs: &["Hands each trade to the registered handlers."],
        place: ::fluid::__private::Location::here(),
        resources: &[
            ::fluid::__private::GraphResource {
                name: "trades",
                type_name: "Dispatcher<Trade>",
            },
        ],
        workers: &[
            ::fluid::__private::GraphWorker::of::<Exchange>("exchange", "Exchange"),
            ::fluid::__private::GraphWorker::of::<
                Dispatcher<Trade>,
            >("dispatch", "Dispatcher<Trade>"),
        ],
        edges: &[::fluid::__private::GraphEdge::new("exchange", "dispatch")],
        callbacks: &[],
    };
}
#[allow(dead_code)]
impl Desk {
    /// Starts the group. See [`Workers::startup`](::fluid::Workers::startup).
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    async fn startup(
        self,
    ) -> ::core::result::Result<DeskHandle, ::fluid::__private::Exit> {
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
        block: impl ::core::ops::FnOnce(DeskHandle) -> BlockFuture,
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
/// The handle of [`Desk`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
#[allow(missing_debug_implementations, dead_code)]
struct DeskHandle {
    __group: ::fluid::__private::GroupHandle,
    exchange: ::fluid::__private::WorkerHandle,
    dispatch: <Dispatcher<Trade> as ::fluid::__private::Member>::Handle,
}
#[allow(dead_code, private_interfaces)]
impl DeskHandle {
    fn exchange(&self) -> &::fluid::__private::WorkerHandle {
        &self.exchange
    }
    fn dispatch(&self) -> &<Dispatcher<Trade> as ::fluid::__private::Member>::Handle {
        &self.dispatch
    }
}
impl ::core::ops::Deref for DeskHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Desk {
    type Message = ::fluid::__private::Nothing;
    type Output = ::fluid::__private::Nothing;
    type Handle = DeskHandle;
    type Slot = DeskHandle;
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
