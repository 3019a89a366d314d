//! What the macros make of `dispatcher.rs`.
/// Makes up a trade of two symbols at each beat, the second of them rising.
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
/// Makes up a trade of two symbols at each beat, the second of them rising.
struct Exchange {
    price: f64,
}
impl ::fluid::__private::Function for Exchange {
    type Input = ::fluid::__private::PerBeat;
    type Emission = ::fluid::__private::Vec<Trade>;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .heartbeat(::core::time::Duration::from_millis(50))
        .stateful();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("exchange")
        .docs(
            &["Makes up a trade of two symbols at each beat, the second of them rising."],
        )
        .output("Trade");
    fn call(
        &mut self,
        (): (),
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::emitted::<Trade>().is_no_result();
        ::fluid::__private::emits_each(exchange(::fluid::rule::state(&mut self.price)))
    }
}
/// Hands each trade to whoever is interested.
/**
 ```mermaid
 flowchart LR
     exchange["<b>exchange</b><br/>Exchange"]
     dispatch["<b>dispatch</b><br/>Dispatcher#lt;Trade#gt;"]
     exchange --> dispatch
 ```*/
#[must_use = "a group does nothing until it is started"]
struct Desk(::fluid::__private::Declared<DeskHandle>);
impl ::core::ops::Deref for Desk {
    type Target = DeskHandle;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
impl Desk {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(unused_imports, unused_mut)]
    fn new(
        trades: impl ::core::convert::Into<::fluid::__private::Arc<Dispatcher<Trade>>>,
    ) -> Self {
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _};
        let trades = ::fluid::__private::resource::<Dispatcher<Trade>>(trades);
        let mut __workers = ::fluid::__private::Workers::new("desk");
        let exchange = __workers.add_made("exchange", Self::__make_exchange);
        let dispatch = __workers.add_from("dispatch", &trades, Self::__make_dispatch);
        __workers.connect(exchange.starts_an_edge(), dispatch.ends_an_edge());
        <Exchange>::every_port_leads_somewhere(::fluid::rule::NoPorts).fed_by_nothing();
        <Dispatcher<Trade>>::every_port_leads_somewhere(::fluid::rule::NoPorts)
            .feeds_nothing();
        let __handle = DeskHandle {
            __group: __workers.handle(),
            exchange: exchange.worker_handle(),
            dispatch: <Dispatcher<
                Trade,
            > as ::fluid::__private::Member>::handle(&dispatch),
        };
        Self(::fluid::__private::Declared::new(__workers, __handle))
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
    /// The graph of the group, from which its pictures are drawn.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph::new(
            "desk",
            "Desk",
        )
        .docs(&["Hands each trade to whoever is interested."])
        .resources(
            &[::fluid::__private::GraphResource::new("trades", "Dispatcher<Trade>")],
        )
        .workers(
            &[
                ::fluid::__private::GraphWorker::of::<Exchange>("exchange", "Exchange"),
                ::fluid::__private::GraphWorker::of::<
                    Dispatcher<Trade>,
                >("dispatch", "Dispatcher<Trade>"),
            ],
        )
        .edges(&[::fluid::__private::GraphEdge::new("exchange", "dispatch")]);
}
#[allow(dead_code)]
impl Desk {
    /// Starts the group. See [`Workers::startup`](::fluid::Workers::startup).
    async fn startup(
        self,
    ) -> ::core::result::Result<DeskHandle, ::fluid::__private::Exit> {
        self.0.startup().await
    }
    /// Starts the group, runs `block`, and shuts the group down. See
    /// [`Workers::scope`](::fluid::Workers::scope).
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
        self.0.scope(block).await
    }
    /// Runs the group until it ends or a signal stops it. See
    /// [`Workers::run`](::fluid::Workers::run).
    async fn run(self) -> ::fluid::__private::Exit {
        self.0.run().await
    }
    /// Builds a runtime and runs the group on it. See
    /// [`Workers::main`](::fluid::Workers::main).
    fn main(self) -> ::fluid::__private::Exit {
        self.0.main()
    }
}
/// The handle of [`Desk`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
struct DeskHandle {
    __group: ::fluid::__private::GroupHandle,
    exchange: ::fluid::__private::WorkerHandle,
    dispatch: <Dispatcher<Trade> as ::fluid::__private::Member>::Handle,
}
#[allow(dead_code)]
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
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(
        &Self::GRAPH,
    );
    fn into_group(self) -> ::fluid::__private::Declared<DeskHandle> {
        self.0
    }
    fn handle(seat: &Self::Slot) -> Self::Handle {
        ::core::clone::Clone::clone(seat)
    }
}
