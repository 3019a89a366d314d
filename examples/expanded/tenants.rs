//! What the macros make of `tenants.rs`.
/// Does the jobs of one tenant. If one fails, this worker ends, and those of other tenants go on.
async fn serve(job: u64, tenant: String) -> Result<Charge, Error> {
    let cents = 100_u64.checked_div(job).ok_or("a job without work")?;
    Ok(Charge { tenant, cents })
}
/// Does the jobs of one tenant. If one fails, this worker ends, and those of other tenants go on.
struct Serve {
    tenant: String,
}
impl ::fluid::__private::Function for Serve {
    type Input = ::fluid::__private::PerMessage<u64>;
    type Emission = ::core::option::Option<Charge>;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .capacity(100)
        .on_error(::fluid::__private::OnError::Forget)
        .on_lost(::fluid::__private::OnLost::Ignore);
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("serve")
        .docs(
            &[
                "Does the jobs of one tenant. If one fails, this worker ends, and those of other tenants go on.",
            ],
        )
        .message("u64")
        .output("Charge");
    fn call(
        &mut self,
        message: u64,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::rule::emitted::<Charge>().is_no_result();
        ::fluid::__private::tries_one(
            serve(message, ::fluid::rule::IsConfiguration::configuration(&self.tenant)),
            <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried,
        )
    }
}
/// Adds up what each tenant owes.
async fn bill(charge: Charge, owed: &mut BTreeMap<String, u64>) {
    let Charge { tenant, cents } = charge;
    let sum = owed.entry(tenant.clone()).or_default();
    *sum += cents;
    println!("  {tenant} owes {sum} cents");
}
/// Adds up what each tenant owes.
struct Bill {
    owed: BTreeMap<String, u64>,
}
impl Bill {
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
impl ::fluid::__private::Function for Bill {
    type Input = ::fluid::__private::PerMessage<Charge>;
    type Emission = ::fluid::__private::Silent;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .stateful();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("bill")
        .docs(&["Adds up what each tenant owes."])
        .message("Charge");
    fn call(
        &mut self,
        message: Charge,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::__private::emits_none(
            bill(message, ::fluid::rule::IsState::state(&mut self.owed)),
        )
    }
}
/// The workers that all tenants share.
/**
 ```mermaid
 flowchart LR
     bill["<b>bill</b><br/>Bill"]
     outside.0(["outside"]) --> bill
 ```*/
#[must_use = "a group does nothing until it is started"]
struct Service(::fluid::__private::Declared<ServiceHandle>);
impl ::core::ops::Deref for Service {
    type Target = ServiceHandle;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
impl Service {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(unused_imports, unused_mut)]
    fn new() -> Self {
        use ::fluid::__private::MemberSlot as _;
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _, HasProperties as _};
        let mut __workers = ::fluid::__private::Workers::new("service");
        let bill = <Bill as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "bill", Self::__make_bill);
        ::fluid::rule::NeedsNoEdge::<
            Bill,
            _,
        >::feeds_nothing(bill.output_type(), bill.emission());
        <Bill>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::CanBePublic::<Bill>::can_be_public(bill.consumption());
        let __handle = ServiceHandle {
            __group: __workers.handle(),
            bill: bill.public_handle(),
        };
        Self(::fluid::__private::Declared::new(__workers, __handle))
    }
    fn __make_bill() -> Bill {
        Bill { owed: BTreeMap::new() }
    }
    ::fluid::__private::start_methods!(self -> ServiceHandle);
    /// The graph of the group, from which its pictures are drawn.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph::new(
            "service",
            "Service",
        )
        .docs(&["The workers that all tenants share."])
        .workers(
            &[
                <Bill as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("bill", "Bill")
                    .public(),
            ],
        );
}
/// The handle of [`Service`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
struct ServiceHandle {
    __group: ::fluid::__private::GroupHandle,
    bill: ::fluid::__private::ConsumerHandle<::fluid::rule::ConsumedBy<Bill>>,
}
#[allow(dead_code)]
impl ServiceHandle {
    fn bill(
        &self,
    ) -> &::fluid::__private::ConsumerHandle<::fluid::rule::ConsumedBy<Bill>> {
        &self.bill
    }
}
impl ::core::fmt::Debug for ServiceHandle {
    fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.__group, __f)
    }
}
impl ::core::ops::Deref for ServiceHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Service {
    type Slot = ServiceHandle;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(
        &Self::GRAPH,
    );
    fn into_member(self) -> ::fluid::__private::Declared<ServiceHandle> {
        self.0
    }
}
