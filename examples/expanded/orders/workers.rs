//! What the macros make of `workers.rs`.
/// Takes orders from their source, until that ends. It says itself what its failure does, since a source
/// that is opened once more would begin at its beginning.
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
/// Takes orders from their source, until that ends. It says itself what its failure does, since a source
/// that is opened once more would begin at its beginning.
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
        ::fluid::__private::Port::new("orders", |ports| &mut ports.0)
    }
    /// The port `rejected`.
    pub const fn rejected() -> ::fluid::__private::Port<Self, Rejected> {
        ::fluid::__private::Port::new("rejected", |ports| &mut ports.1)
    }
}
#[allow(non_camel_case_types, non_local_definitions, private_bounds, dead_code)]
const _: () = {
    enum orders {}
    enum rejected {}
    impl Take {
        #[doc(hidden)]
        pub fn every_port_leads_somewhere<Edges>(_: Edges) -> ::fluid::rule::Wired<Self>
        where
            Edges: ::fluid::rule::Wires<Self, orders, 5169432582064972>
                + ::fluid::rule::Wires<Self, rejected, 15096858049233138087>,
        {
            ::fluid::rule::Wired::new()
        }
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
                "Takes orders from their source, until that ends. It says itself what its failure does, since a source",
                "that is opened once more would begin at its beginning.",
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
                ::fluid::rule::configuration(&self.source),
                ::fluid::rule::state(&mut self.intake),
                &ports.0,
                &ports.1,
                ctx,
            ),
            ::fluid::rule::carried,
        )
    }
}
/// Says what is wrong with what is no order.
pub async fn reject(rejected: Rejected) {
    eprintln!("rejected: {rejected}");
}
/// Says what is wrong with what is no order.
#[allow(missing_debug_implementations)]
pub struct Reject;
impl ::fluid::__private::Function for Reject {
    type Input = ::fluid::__private::PerMessage<Rejected>;
    type Emission = ::fluid::__private::Silent;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("reject")
        .docs(&["Says what is wrong with what is no order."])
        .message("Rejected");
    fn call(
        &mut self,
        message: Rejected,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::emits_none(reject(message))
    }
}
/// Charges customers, eight at a time, but each one's orders one after the other. The provider allows a
/// thousand requests a second. What it has not answered in time is asked for again: the id of the order
/// is the key by which it recognises that.
pub async fn charge(order: Order, provider: &Provider) -> Result<Paid, ChargeError> {
    let receipt = provider.charge(order.id, &order.card, order.cents).await?;
    Ok(Paid { order, receipt })
}
/// Charges customers, eight at a time, but each one's orders one after the other. The provider allows a
/// thousand requests a second. What it has not answered in time is asked for again: the id of the order
/// is the key by which it recognises that.
#[allow(missing_debug_implementations)]
pub struct Charge {
    /// The shared resource `provider`.
    pub provider: ::fluid::__private::Arc<Provider>,
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
    const KEY: ::fluid::__private::Key<Self> = ::core::option::Option::Some(|message| ::fluid::rule::key(
        message,
        |order| &order.customer,
    ));
    const COPY: ::fluid::__private::Copying<Self> = ::core::option::Option::Some(
        ::fluid::rule::copied::<Order>,
    );
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("charge")
        .docs(
            &[
                "Charges customers, eight at a time, but each one's orders one after the other. The provider allows a",
                "thousand requests a second. What it has not answered in time is asked for again: the id of the order",
                "is the key by which it recognises that.",
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
        ::fluid::rule::emitted::<Paid>().is_no_result();
        match charge(message, ::fluid::rule::resource(&self.provider)).await {
            ::core::result::Result::Ok(output) => {
                ::core::result::Result::Ok(::core::option::Option::Some(output))
            }
            ::core::result::Result::Err(error) => {
                ctx.retry_if(::fluid::rule::judged(&error, ChargeError::is_passing));
                ::core::result::Result::Err(::fluid::rule::carried(error))
            }
        }
    }
}
/// Keeps paid orders, a batch at a time, on a thread of its own, since the disk may make it wait.
pub fn store(paid: Vec<Paid>, db: &Database) -> rusqlite::Result<()> {
    db.store(&paid)
}
/// Keeps paid orders, a batch at a time, on a thread of its own, since the disk may make it wait.
#[allow(missing_debug_implementations)]
pub struct Store {
    /// The shared resource `db`.
    pub db: ::fluid::__private::Arc<Database>,
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
        ::fluid::rule::copied::<Paid>,
    );
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("store")
        .docs(
            &[
                "Keeps paid orders, a batch at a time, on a thread of its own, since the disk may make it wait.",
            ],
        )
        .message("Paid");
    async fn call(
        &mut self,
        message: Vec<Paid>,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> ::fluid::__private::Called<Self> {
        match store(message, ::fluid::rule::resource(&self.db)) {
            ::core::result::Result::Ok(()) => {
                ::core::result::Result::Ok(::core::option::Option::None)
            }
            ::core::result::Result::Err(error) => {
                ::core::result::Result::Err(::fluid::rule::carried(error))
            }
        }
    }
}
/// Settles what could not be charged. A card that is refused was not charged; of anything else nobody
/// knows, so it is cancelled. While that is not possible there is nothing to be settled, and this fails.
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
/// Settles what could not be charged. A card that is refused was not charged; of anything else nobody
/// knows, so it is cancelled. While that is not possible there is nothing to be settled, and this fails.
#[allow(missing_debug_implementations)]
pub struct Settle {
    /// The shared resource `provider`.
    pub provider: ::fluid::__private::Arc<Provider>,
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
        ::fluid::rule::copied::<Failed<Order>>,
    );
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("settle")
        .docs(
            &[
                "Settles what could not be charged. A card that is refused was not charged; of anything else nobody",
                "knows, so it is cancelled. While that is not possible there is nothing to be settled, and this fails.",
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
        ::fluid::rule::emitted::<GivenUp>().is_no_result();
        ::fluid::__private::tries_one(
            settle(message, ::fluid::rule::resource(&self.provider)),
            ::fluid::rule::carried,
        )
    }
}
/// Keeps the orders that were given up, and why.
pub fn bury(given_up: Vec<GivenUp>, db: &Database) -> rusqlite::Result<()> {
    db.bury(&given_up)
}
/// Keeps the orders that were given up, and why.
#[allow(missing_debug_implementations)]
pub struct Bury {
    /// The shared resource `db`.
    pub db: ::fluid::__private::Arc<Database>,
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
        ::fluid::rule::copied::<GivenUp>,
    );
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("bury")
        .docs(&["Keeps the orders that were given up, and why."])
        .message("GivenUp");
    async fn call(
        &mut self,
        message: Vec<GivenUp>,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> ::fluid::__private::Called<Self> {
        match bury(message, ::fluid::rule::resource(&self.db)) {
            ::core::result::Result::Ok(()) => {
                ::core::result::Result::Ok(::core::option::Option::None)
            }
            ::core::result::Result::Err(error) => {
                ::core::result::Result::Err(::fluid::rule::carried(error))
            }
        }
    }
}
