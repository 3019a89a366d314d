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
    type Input = ::fluid::__private::PerBeat;
    type Emission = ::fluid::__private::Vec<Trade>;
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
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::emitted::<Trade>().is_no_result();
        ::fluid::__private::emits_each(
            exchange(::fluid::rule::IsState::state(&mut self.price)),
        )
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
        use ::fluid::__private::MemberSlot as _;
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _, HasProperties as _};
        let trades = ::fluid::__private::resource::<Dispatcher<Trade>>(trades);
        let mut __workers = ::fluid::__private::Workers::new("desk");
        let exchange = <Exchange as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "exchange", Self::__make_exchange);
        let dispatch = <Dispatcher<Trade> as ::fluid::rule::IsMember<_>>::MEMBER
            .add_from(&mut __workers, "dispatch", &trades, Self::__make_dispatch);
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Exchange, _>::start(exchange.start_of_edge()),
            ::fluid::rule::EndsEdgeOfAny::<
                Dispatcher<Trade>,
                _,
            >::end(dispatch.end_of_edge()),
        );
        ::fluid::rule::NeedsNoFeeding::<
            Exchange,
            _,
        >::fed_by_nothing(exchange.message_type(), exchange.consumption());
        <Exchange>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::NeedsNoEdge::<
            Dispatcher<Trade>,
            _,
        >::feeds_nothing(dispatch.output_type(), dispatch.emission());
        <Dispatcher<Trade>>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        let __handle = DeskHandle {
            __group: __workers.handle(),
            exchange: exchange.worker_handle(),
            dispatch: dispatch.member_handle(),
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
    ::fluid::__private::start_methods!(self -> DeskHandle);
    /// The graph of the group, from which its pictures are drawn.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph::new(
            "desk",
            "Desk",
        )
        .docs(&["Hands each trade to the registered handlers."])
        .resources(
            &[::fluid::__private::GraphResource::new("trades", "Dispatcher<Trade>")],
        )
        .workers(
            &[
                <Exchange as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("exchange", "Exchange"),
                <Dispatcher<Trade> as ::fluid::rule::IsMember<_>>::MEMBER
                    .in_graph("dispatch", "Dispatcher<Trade>"),
            ],
        )
        .edges(&[::fluid::__private::GraphEdge::new("exchange", "dispatch")]);
}
/// The handle of [`Desk`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
struct DeskHandle {
    __group: ::fluid::__private::GroupHandle,
    exchange: ::fluid::__private::WorkerHandle,
    dispatch: ::fluid::__private::HandleOf<Dispatcher<Trade>>,
}
#[allow(dead_code)]
impl DeskHandle {
    fn exchange(&self) -> &::fluid::__private::WorkerHandle {
        &self.exchange
    }
    fn dispatch(&self) -> &::fluid::__private::HandleOf<Dispatcher<Trade>> {
        &self.dispatch
    }
}
impl ::core::fmt::Debug for DeskHandle {
    fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.__group, __f)
    }
}
impl ::core::ops::Deref for DeskHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Desk {
    type Slot = DeskHandle;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(
        &Self::GRAPH,
    );
    fn into_member(self) -> ::fluid::__private::Declared<DeskHandle> {
        self.0
    }
}
