//! What the macros make of `web.rs`.
/// Serves HTTP. Ends when the group stops and the requests in flight are answered.
async fn serve(address: String, orders: &Ingress<Order>) -> io::Result<()> {
    let listener = TcpListener::bind(&address).await?;
    println!("listening on {}", listener.local_addr() ?);
    let orders = Ingress::clone(orders);
    let router = Router::new()
        .route("/orders", post(take).get(count))
        .route("/ready", get(ready))
        .layer(from_fn_with_state(orders.clone(), close_at_the_stop))
        .with_state(orders.clone());
    let stopped = async move {
        orders.stopping().await;
        tokio::time::sleep(ACCEPT).await;
    };
    axum::serve(listener, router).with_graceful_shutdown(stopped).await
}
/// Serves HTTP. Ends when the group stops and the requests in flight are answered.
struct Serve {
    address: String,
    orders: ::fluid::__private::Arc<Ingress<Order>>,
}
impl ::fluid::__private::Function for Serve {
    type Input = ::fluid::__private::PerBeat;
    type Emission = ::fluid::__private::Silent;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("serve")
        .docs(
            &[
                "Serves HTTP. Ends when the group stops and the requests in flight are answered.",
            ],
        );
    fn call(
        &mut self,
        (): (),
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::tries_none(
            serve(
                ::fluid::rule::IsConfiguration::configuration(&self.address),
                ::fluid::rule::IsResource::resource(&self.orders),
            ),
            <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried,
        )
    }
}
/// Does orders, one after the other.
async fn work(order: Order, done: &mut u64) -> io::Result<()> {
    match order {
        Order::Take(text) => {
            *done += 1;
            writeln!(io::stdout(), "done: {text}")
        }
        Order::Count(reply) => {
            reply.send(*done);
            Ok(())
        }
    }
}
/// Does orders, one after the other.
struct Work {
    done: u64,
}
impl Work {
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use]
    const fn declared_properties() -> ::fluid::rule::Properties<
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
    > {
        ::fluid::rule::Properties {
            blocking: ::fluid::rule::No,
            lanes: ::fluid::rule::No,
            stall: ::fluid::rule::No,
            state: ::fluid::rule::Yes,
            retry: ::fluid::rule::No,
            batches: ::fluid::rule::No,
            beside: ::fluid::rule::No,
        }
    }
}
impl ::fluid::__private::Function for Work {
    type Input = ::fluid::__private::PerMessage<Order>;
    type Emission = ::fluid::__private::Silent;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .capacity(100)
        .stateful();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("work")
        .docs(&["Does orders, one after the other."])
        .message("Order");
    fn call(
        &mut self,
        message: Order,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::__private::tries_none(
            work(message, ::fluid::rule::IsState::state(&mut self.done)),
            <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried,
        )
    }
}
/// Takes orders by HTTP.
/**
 ```mermaid
 flowchart LR
     serve["<b>serve</b><br/>Serve"]
     orders["<b>orders</b><br/>Ingress#lt;Order#gt;"]
     work["<b>work</b><br/>Work"]
     orders --> work
     outside.0(["outside"]) --> orders
 ```*/
#[must_use = "a group does nothing until it is started"]
struct Web(::fluid::__private::Declared<WebHandle>);
impl ::core::ops::Deref for Web {
    type Target = WebHandle;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
impl Web {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(unused_imports, unused_mut)]
    fn new(
        address: impl ::core::convert::Into<::fluid::__private::Arc<String>>,
    ) -> Self {
        use ::fluid::__private::MemberSlot as _;
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _, HasProperties as _};
        let address = ::fluid::__private::resource::<String>(address);
        let mut __workers = ::fluid::__private::Workers::new("web")
            .grace(::core::time::Duration::from_secs(10));
        let __orders_key = <Ingress<Order> as ::fluid::__private::HasKey>::key("orders");
        let serve = <Serve as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(
                &mut __workers,
                "serve",
                (&address, &__orders_key),
                Self::__make_serve,
            );
        let orders = __workers
            .add_ingress_as(
                "orders",
                <Ingress<Order> as ::fluid::rule::IsMember<_>>::MEMBER
                    .options()
                    .close_after(::core::time::Duration::from_secs(5)),
                &__orders_key,
            );
        let work = <Work as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "work", Self::__make_work);
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<
                Ingress<Order>,
                _,
            >::start(orders.start_of_edge()),
            ::fluid::rule::EndsEdge::<Work, _>::end(work.end_of_edge()),
        );
        ::fluid::rule::NeedsNoFeeding::<
            Serve,
            _,
        >::fed_by_nothing(serve.message_type(), serve.consumption());
        ::fluid::rule::NeedsNoEdge::<
            Serve,
            _,
        >::feeds_nothing(serve.output_type(), serve.emission());
        <Serve>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::NeedsNoFeeding::<
            Ingress<Order>,
            _,
        >::fed_by_nothing(orders.message_type(), orders.consumption());
        <Ingress<Order>>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::NeedsNoEdge::<
            Work,
            _,
        >::feeds_nothing(work.output_type(), work.emission());
        <Work>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        let __handle = WebHandle {
            __group: __workers.handle(),
            serve: serve.worker_handle(),
            orders: __orders_key,
            work: work.worker_handle(),
        };
        Self(::fluid::__private::Declared::new(__workers, __handle))
    }
    fn __make_serve(
        (
            address,
            orders,
        ): &(
            ::fluid::__private::Arc<String>,
            <Ingress<Order> as ::fluid::__private::HasKey>::Key,
        ),
    ) -> Serve {
        Serve {
            address: ::fluid::rule::Share::share(address),
            orders: ::fluid::rule::Share::share(orders),
        }
    }
    fn __make_work() -> Work {
        Work { done: 0 }
    }
    ::fluid::__private::start_methods!(self -> WebHandle);
    /// The graph of the group, from which its pictures are drawn.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph::new("web", "Web")
        .docs(&["Takes orders by HTTP."])
        .resources(&[::fluid::__private::GraphResource::new("address", "String")])
        .workers(
            &[
                <Serve as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("serve", "Serve"),
                <Ingress<Order> as ::fluid::rule::IsMember<_>>::MEMBER
                    .in_graph("orders", "Ingress<Order>")
                    .public()
                    .options(
                        <Ingress<Order> as ::fluid::rule::IsMember<_>>::MEMBER
                            .options()
                            .close_after(::core::time::Duration::from_secs(5)),
                    ),
                <Work as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("work", "Work"),
            ],
        )
        .edges(&[::fluid::__private::GraphEdge::new("orders", "work")]);
}
/// The handle of [`Web`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
struct WebHandle {
    __group: ::fluid::__private::GroupHandle,
    serve: ::fluid::__private::WorkerHandle,
    orders: <Ingress<Order> as ::fluid::__private::HasKey>::Key,
    work: ::fluid::__private::WorkerHandle,
}
#[allow(dead_code)]
impl WebHandle {
    fn serve(&self) -> &::fluid::__private::WorkerHandle {
        &self.serve
    }
    fn orders(&self) -> Ingress<Order> {
        self.orders.ingress()
    }
    fn work(&self) -> &::fluid::__private::WorkerHandle {
        &self.work
    }
}
impl ::core::fmt::Debug for WebHandle {
    fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.__group, __f)
    }
}
impl ::core::ops::Deref for WebHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Web {
    type Slot = WebHandle;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(
        &Self::GRAPH,
    );
    fn into_member(self) -> ::fluid::__private::Declared<WebHandle> {
        self.0
    }
}
