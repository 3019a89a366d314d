//! What the macros make of `workers.rs`.
/// Takes orders until the source ends. A failure stops the group, because a source that is opened again would start from
/// its beginning.
pub async fn take(
    source: Source,
    intake: &mut Intake,
    orders: &Output<Order>,
    rejected: &Output<Rejected>,
    ctx: &Context,
) -> Result<(), Error> {
    let mut reader = source.open()?;
    loop {
        let portion = tokio::select! {
            portion = reader.next() => portion ?, () = ctx.stopping() => return Ok(()),
        };
        if portion.is_empty() {
            return Ok(());
        }
        for (line, order) in portion {
            match order.and_then(|order| intake.admit(order)) {
                Ok(order) => orders.send(order).await?,
                Err(reason) => rejected.send(Rejected { line, reason }).await?,
            }
        }
    }
}
/// Takes orders until the source ends. A failure stops the group, because a source that is opened again would start from
/// its beginning.
#[allow(missing_debug_implementations)]
pub struct Take {
    /// The configuration `source`.
    pub source: Source,
    /// The state `intake`.
    pub intake: Intake,
}
impl Take {
    /// The port `orders`.
    pub const fn orders() -> ::fluid::__private::Port<Self, Order> {
        ::fluid::__private::Port::<Self, _>::new("orders", |ports| &mut ports.0)
    }
    /// The port `rejected`.
    pub const fn rejected() -> ::fluid::__private::Port<Self, Rejected> {
        ::fluid::__private::Port::<Self, _>::new("rejected", |ports| &mut ports.1)
    }
}
#[allow(non_camel_case_types, non_local_definitions, private_bounds, dead_code)]
const _: () = {
    enum orders {}
    enum rejected {}
    impl Take {
        #[doc(hidden)]
        pub fn every_port_leads_somewhere<Edges>(_: Edges)
        where
            Edges: ::fluid::rule::Wires<Self, orders, 64972>
                + ::fluid::rule::Wires<Self, rejected, 138087>,
        {}
    }
};
impl ::fluid::__private::Function for Take {
    type Input = ::fluid::__private::PerBeat<
        (::fluid::__private::Output<Order>, ::fluid::__private::Output<Rejected>),
    >;
    type Emission = ::fluid::__private::Silent;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .on_error(::fluid::__private::OnError::Stop)
        .stateful();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("take")
        .docs(
            &[
                "Takes orders until the source ends. A failure stops the group, because a source that is opened again would start from",
                "its beginning.",
            ],
        )
        .ports(&[("orders", "Order"), ("rejected", "Rejected")]);
    fn call(
        &mut self,
        (): (),
        ctx: &::fluid::__private::Context,
        ports: &::fluid::__private::PortsOf<Self>,
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::tries_none(
            take(
                ::fluid::rule::IsConfiguration::configuration(&self.source),
                ::fluid::rule::IsState::state(&mut self.intake),
                &ports.0,
                &ports.1,
                ctx,
            ),
            <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried,
        )
    }
}
/// Prints the reason of a rejection.
pub async fn reject(rejected: Rejected) {
    eprintln!("rejected: {rejected}");
}
/// Prints the reason of a rejection.
#[allow(missing_debug_implementations)]
pub struct Reject;
impl ::fluid::__private::Function for Reject {
    type Input = ::fluid::__private::PerMessage<Rejected>;
    type Emission = ::fluid::__private::Silent;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("reject")
        .docs(&["Prints the reason of a rejection."])
        .message("Rejected");
    fn call(
        &mut self,
        message: Rejected,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::__private::emits_none(reject(message))
    }
}
/// Charges eight orders at a time, but the orders of one customer in their order. The provider allows a thousand requests
/// a second. A request without an answer in time is repeated; the id of the order is its idempotency key.
pub async fn charge(order: Order, provider: &Provider) -> Result<Paid, ChargeError> {
    let receipt = provider.charge(order.id, &order.card, order.cents).await?;
    Ok(Paid { order, receipt })
}
/// Charges eight orders at a time, but the orders of one customer in their order. The provider allows a thousand requests
/// a second. A request without an answer in time is repeated; the id of the order is its idempotency key.
#[allow(missing_debug_implementations)]
pub struct Charge {
    /// The shared resource `provider`.
    pub provider: ::fluid::__private::Arc<Provider>,
}
impl Charge {
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use]
    pub const fn declared_properties() -> ::fluid::rule::Properties<
        ::fluid::rule::No,
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::No,
    > {
        ::fluid::rule::Properties {
            blocking: ::fluid::rule::No,
            lanes: ::fluid::rule::Yes,
            stall: ::fluid::rule::No,
            state: ::fluid::rule::No,
            retry: ::fluid::rule::Yes,
            batches: ::fluid::rule::No,
            beside: ::fluid::rule::No,
        }
    }
}
impl ::fluid::__private::Function for Charge {
    type Input = ::fluid::__private::PerMessage<Order>;
    type Emission = ::core::option::Option<Paid>;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .concurrency(8)
        .capacity(256)
        .timeout(::core::time::Duration::from_millis(100))
        .retry(3)
        .backoff(
            ::core::time::Duration::from_millis(10),
            ::core::time::Duration::from_millis(200),
        )
        .rate(1000, ::core::time::Duration::from_secs(1))
        .burst(8);
    const KEY: ::fluid::__private::Key<Self> = ::core::option::Option::Some(|message| ::fluid::rule::IsKey::key(
        message,
        |order| &order.customer,
    ));
    const COPY: ::fluid::__private::Copying<Self> = ::core::option::Option::Some(
        <::fluid::rule::Rule as ::fluid::rule::CanBeTriedAgain<Order>>::copied,
    );
    const BUILD_LANE: ::core::option::Option<fn(&Self) -> Self> = ::core::option::Option::Some(|
        worker|
    Self {
        provider: ::fluid::__private::Arc::clone(&worker.provider),
    });
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("charge")
        .docs(
            &[
                "Charges eight orders at a time, but the orders of one customer in their order. The provider allows a thousand requests",
                "a second. A request without an answer in time is repeated; the id of the order is its idempotency key.",
            ],
        )
        .message("Order")
        .output("Paid");
    async fn call(
        &mut self,
        message: Order,
        ctx: &::fluid::__private::Context,
        _: &(),
    ) -> ::fluid::__private::Called<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::rule::emitted::<Paid>().is_no_result();
        match charge(message, ::fluid::rule::IsResource::resource(&self.provider)).await
        {
            ::core::result::Result::Ok(output) => {
                ::core::result::Result::Ok(::core::option::Option::Some(output))
            }
            ::core::result::Result::Err(error) => {
                ctx.retry_if(::fluid::rule::judged(&error, ChargeError::is_passing));
                ::core::result::Result::Err(
                    <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried(error),
                )
            }
        }
    }
}
/// Stores paid orders in batches, on a thread of its own, because the disk may block it.
pub fn store(paid: Vec<Paid>, db: &Database) -> rusqlite::Result<()> {
    db.store(&paid)
}
/// Stores paid orders in batches, on a thread of its own, because the disk may block it.
#[allow(missing_debug_implementations)]
pub struct Store {
    /// The shared resource `db`.
    pub db: ::fluid::__private::Arc<Database>,
}
impl Store {
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use]
    pub const fn declared_properties() -> ::fluid::rule::Properties<
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::Yes,
        ::fluid::rule::Yes,
        ::fluid::rule::No,
    > {
        ::fluid::rule::Properties {
            blocking: ::fluid::rule::Yes,
            lanes: ::fluid::rule::No,
            stall: ::fluid::rule::No,
            state: ::fluid::rule::No,
            retry: ::fluid::rule::Yes,
            batches: ::fluid::rule::Yes,
            beside: ::fluid::rule::No,
        }
    }
}
impl ::fluid::__private::Function for Store {
    type Input = ::fluid::__private::PerBatch<Paid>;
    type Emission = ::fluid::__private::Silent;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .blocking()
        .capacity(100)
        .batch(50)
        .linger(::core::time::Duration::from_millis(50))
        .retry(2)
        .backoff(
            ::core::time::Duration::from_millis(50),
            ::core::time::Duration::from_millis(500),
        );
    const COPY: ::fluid::__private::Copying<Self> = ::core::option::Option::Some(
        <::fluid::rule::Rule as ::fluid::rule::CanBeTriedAgain<Paid>>::copied,
    );
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("store")
        .docs(
            &[
                "Stores paid orders in batches, on a thread of its own, because the disk may block it.",
            ],
        )
        .message("Paid");
    async fn call(
        &mut self,
        message: Vec<Paid>,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> ::fluid::__private::Called<Self> {
        ::fluid::rule::IsMessage::message(&message);
        match store(message, ::fluid::rule::IsResource::resource(&self.db)) {
            ::core::result::Result::Ok(()) => {
                ::core::result::Result::Ok(::core::option::Option::None)
            }
            ::core::result::Result::Err(error) => {
                ::core::result::Result::Err(
                    <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried(error),
                )
            }
        }
    }
}
/// Settles an order that could not be charged. A refused card was not charged. After any other failure the charge is
/// uncertain, so it is cancelled. This fails while the provider cannot be reached.
pub async fn settle(
    failed: Failed<Order>,
    provider: &Provider,
) -> Result<GivenUp, ChargeError> {
    let Failed { message: order, error, attempts } = failed;
    let refused = error
        .downcast_ref()
        .is_some_and(|error: &ChargeError| !error.is_passing());
    if !refused {
        provider.cancel(order.id).await?;
    }
    Ok(GivenUp {
        order,
        attempts,
        reason: error.to_string(),
    })
}
/// Settles an order that could not be charged. A refused card was not charged. After any other failure the charge is
/// uncertain, so it is cancelled. This fails while the provider cannot be reached.
#[allow(missing_debug_implementations)]
pub struct Settle {
    /// The shared resource `provider`.
    pub provider: ::fluid::__private::Arc<Provider>,
}
impl Settle {
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use]
    pub const fn declared_properties() -> ::fluid::rule::Properties<
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::No,
    > {
        ::fluid::rule::Properties {
            blocking: ::fluid::rule::No,
            lanes: ::fluid::rule::No,
            stall: ::fluid::rule::No,
            state: ::fluid::rule::No,
            retry: ::fluid::rule::Yes,
            batches: ::fluid::rule::No,
            beside: ::fluid::rule::No,
        }
    }
}
impl ::fluid::__private::Function for Settle {
    type Input = ::fluid::__private::PerMessage<Failed<Order>>;
    type Emission = ::core::option::Option<GivenUp>;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .capacity(64)
        .timeout(::core::time::Duration::from_millis(100))
        .retry(2)
        .backoff(
            ::core::time::Duration::from_millis(20),
            ::core::time::Duration::from_millis(200),
        );
    const COPY: ::fluid::__private::Copying<Self> = ::core::option::Option::Some(
        <::fluid::rule::Rule as ::fluid::rule::CanBeTriedAgain<Failed<Order>>>::copied,
    );
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("settle")
        .docs(
            &[
                "Settles an order that could not be charged. A refused card was not charged. After any other failure the charge is",
                "uncertain, so it is cancelled. This fails while the provider cannot be reached.",
            ],
        )
        .message("Failed<Order>")
        .output("GivenUp");
    fn call(
        &mut self,
        message: Failed<Order>,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::rule::emitted::<GivenUp>().is_no_result();
        ::fluid::__private::tries_one(
            settle(message, ::fluid::rule::IsResource::resource(&self.provider)),
            <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried,
        )
    }
}
/// Stores the orders that were given up, and the reasons.
pub fn bury(given_up: Vec<GivenUp>, db: &Database) -> rusqlite::Result<()> {
    db.bury(&given_up)
}
/// Stores the orders that were given up, and the reasons.
#[allow(missing_debug_implementations)]
pub struct Bury {
    /// The shared resource `db`.
    pub db: ::fluid::__private::Arc<Database>,
}
impl Bury {
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use]
    pub const fn declared_properties() -> ::fluid::rule::Properties<
        ::fluid::rule::Yes,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::No,
        ::fluid::rule::Yes,
        ::fluid::rule::Yes,
        ::fluid::rule::No,
    > {
        ::fluid::rule::Properties {
            blocking: ::fluid::rule::Yes,
            lanes: ::fluid::rule::No,
            stall: ::fluid::rule::No,
            state: ::fluid::rule::No,
            retry: ::fluid::rule::Yes,
            batches: ::fluid::rule::Yes,
            beside: ::fluid::rule::No,
        }
    }
}
impl ::fluid::__private::Function for Bury {
    type Input = ::fluid::__private::PerBatch<GivenUp>;
    type Emission = ::fluid::__private::Silent;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .blocking()
        .capacity(64)
        .batch(20)
        .linger(::core::time::Duration::from_millis(50))
        .retry(2)
        .backoff(
            ::core::time::Duration::from_millis(50),
            ::core::time::Duration::from_millis(500),
        );
    const COPY: ::fluid::__private::Copying<Self> = ::core::option::Option::Some(
        <::fluid::rule::Rule as ::fluid::rule::CanBeTriedAgain<GivenUp>>::copied,
    );
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("bury")
        .docs(&["Stores the orders that were given up, and the reasons."])
        .message("GivenUp");
    async fn call(
        &mut self,
        message: Vec<GivenUp>,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> ::fluid::__private::Called<Self> {
        ::fluid::rule::IsMessage::message(&message);
        match bury(message, ::fluid::rule::IsResource::resource(&self.db)) {
            ::core::result::Result::Ok(()) => {
                ::core::result::Result::Ok(::core::option::Option::None)
            }
            ::core::result::Result::Err(error) => {
                ::core::result::Result::Err(
                    <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried(error),
                )
            }
        }
    }
}
