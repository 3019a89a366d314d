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
            ::fluid::rule::IsCarried::carried,
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
            ::fluid::rule::IsCarried::carried,
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
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _};
        let address = ::fluid::__private::resource::<String>(address);
        let mut __workers = ::fluid::__private::Workers::new("web")
            .grace(::core::time::Duration::from_secs(10));
        let __orders_key = <Ingress<Order> as ::fluid::__private::HasKey>::key("orders");
        let serve = __workers
            .add_from("serve", (&address, &__orders_key), Self::__make_serve);
        let orders = __workers
            .add_ingress_as(
                "orders",
                <Ingress<Order> as ::fluid::__private::Member>::OPTIONS
                    .close_after(::core::time::Duration::from_secs(5)),
                &__orders_key,
            );
        let work = __workers.add_made("work", Self::__make_work);
        ::fluid::rule::IsConsumedBy::connect(
            &mut __workers,
            orders.starts_an_edge(),
            &work,
        );
        <::fluid::rule::ConsumedBy<
            Serve,
        > as ::fluid::rule::NeedsNoFeeding<Serve>>::fed_by_nothing();
        <::fluid::rule::EmittedBy<
            Serve,
        > as ::fluid::rule::NeedsNoEdge<Serve>>::feeds_nothing();
        <Serve>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        <::fluid::rule::ConsumedBy<
            Ingress<Order>,
        > as ::fluid::rule::NeedsNoFeeding<Ingress<Order>>>::fed_by_nothing();
        <Ingress<Order>>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        <::fluid::rule::EmittedBy<
            Work,
        > as ::fluid::rule::NeedsNoEdge<Work>>::feeds_nothing();
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
            address: ::fluid::__private::Share::share(address),
            orders: ::fluid::__private::Share::share(orders),
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
                ::fluid::__private::GraphWorker::of::<Serve>("serve", "Serve"),
                ::fluid::__private::GraphWorker::of::<
                    Ingress<Order>,
                >("orders", "Ingress<Order>")
                    .public()
                    .options(
                        <Ingress<Order> as ::fluid::__private::Member>::OPTIONS
                            .close_after(::core::time::Duration::from_secs(5)),
                    ),
                ::fluid::__private::GraphWorker::of::<Work>("work", "Work"),
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
