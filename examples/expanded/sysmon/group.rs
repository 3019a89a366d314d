//! What the macros make of `group.rs`.
/// Samples this machine; shows, judges and stores the readings.
/**
 ```mermaid
 flowchart LR
     clock["<b>clock</b><br/>KeepTime"]
     sample["<b>sample</b><br/>TakeSample"]
     rate["<b>rate</b><br/>Rate"]
     show["<b>show</b><br/>Show"]
     judge["<b>judge</b><br/>Judge"]
     alarm["<b>alarm</b><br/>Alarm"]
     store["<b>store</b><br/>Store"]
     farewell["<b>farewell</b><br/>SayStopping"]
     clock -->|"ticks"| sample
     sample --> rate
     rate --> show
     rate --> judge
     rate --> store
     judge --> alarm
 ```*/
#[must_use = "a group does nothing until it is started"]
#[allow(missing_debug_implementations)]
pub struct Sysmon {
    workers: ::fluid::__private::Workers,
    handle: SysmonHandle,
}
impl ::core::ops::Deref for Sysmon {
    type Target = SysmonHandle;
    fn deref(&self) -> &Self::Target {
        &self.handle
    }
}
impl Sysmon {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(
        clippy::too_many_arguments,
        clippy::new_without_default,
        unused_imports,
        unused_mut
    )]
    pub fn new(
        every: impl ::core::convert::Into<::fluid::__private::Arc<Duration>>,
        thresholds: impl ::core::convert::Into<::fluid::__private::Arc<Thresholds>>,
        screen: impl ::core::convert::Into<::fluid::__private::Arc<Screen>>,
        db: impl ::core::convert::Into<::fluid::__private::Arc<Database>>,
    ) -> Self {
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _};
        let every: ::fluid::__private::Arc<Duration> = ::core::convert::Into::into(
            every,
        );
        let thresholds: ::fluid::__private::Arc<Thresholds> = ::core::convert::Into::into(
            thresholds,
        );
        let screen: ::fluid::__private::Arc<Screen> = ::core::convert::Into::into(
            screen,
        );
        let db: ::fluid::__private::Arc<Database> = ::core::convert::Into::into(db);
        let mut __workers = ::fluid::__private::Workers::new("sysmon");
        let clock = __workers
            .add_as::<
                KeepTime,
            >(
                "clock",
                ::fluid::__private::made(
                    ::core::clone::Clone::clone(&every),
                    Self::__make_clock,
                ),
            );
        let sample = __workers.add_as::<TakeSample>("sample", Self::__make_sample);
        let rate = __workers.add_as::<Rate>("rate", Self::__make_rate);
        let show = __workers
            .add_as::<
                Show,
            >(
                "show",
                ::fluid::__private::made(
                    ::core::clone::Clone::clone(&screen),
                    Self::__make_show,
                ),
            );
        let judge = __workers
            .add_as::<
                Judge,
            >(
                "judge",
                ::fluid::__private::made(
                    ::core::clone::Clone::clone(&thresholds),
                    Self::__make_judge,
                ),
            );
        let alarm = __workers
            .add_as::<
                Alarm,
            >(
                "alarm",
                ::fluid::__private::made(
                    (
                        ::core::clone::Clone::clone(&screen),
                        ::core::clone::Clone::clone(&db),
                    ),
                    Self::__make_alarm,
                ),
            );
        let store = __workers
            .add_as::<
                Store,
            >(
                "store",
                ::fluid::__private::made(
                    ::core::clone::Clone::clone(&db),
                    Self::__make_store,
                ),
            );
        let farewell = __workers
            .add_as::<SayStopping>("farewell", Self::__make_farewell);
        __workers.connect(clock.port(<KeepTime>::ticks()), &sample);
        __workers.connect(sample.starts_an_edge(), &rate);
        __workers.connect(rate.starts_an_edge(), &show);
        __workers.broadcast(rate.starts_an_edge());
        __workers.connect(rate.starts_an_edge(), &judge);
        __workers.connect(rate.starts_an_edge(), &store);
        __workers.connect(judge.starts_an_edge(), &alarm);
        ::fluid::rule::fed_by_nothing::<KeepTime>();
        ::fluid::rule::feeds_nothing::<KeepTime>();
        let () = {
            struct EdgesOfClock<Ports>(Ports);
            impl<W, P, Ports> ::fluid::rule::Wires<W, P, 9212436759843841461>
            for EdgesOfClock<Ports> {}
            <KeepTime>::every_port_leads_somewhere(EdgesOfClock((<KeepTime>::ticks(),)))
        };
        <TakeSample>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        <Rate>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::feeds_nothing::<Show>();
        <Show>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        <Judge>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::feeds_nothing::<Alarm>();
        <Alarm>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::feeds_nothing::<Store>();
        <Store>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::fed_by_nothing::<SayStopping>();
        ::fluid::rule::feeds_nothing::<SayStopping>();
        <SayStopping>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        let __handle = SysmonHandle {
            __group: __workers.handle(),
            clock: clock.worker_handle(),
            sample: sample.worker_handle(),
            rate: rate.worker_handle(),
            show: show.worker_handle(),
            judge: judge.worker_handle(),
            alarm: alarm.worker_handle(),
            store: store.worker_handle(),
            farewell: farewell.worker_handle(),
        };
        Self {
            workers: __workers,
            handle: __handle,
        }
    }
    fn __make_clock(every: &::fluid::__private::Arc<Duration>) -> KeepTime {
        KeepTime {
            every: ::fluid::__private::Share::share(every),
        }
    }
    fn __make_sample() -> TakeSample {
        TakeSample {
            sampler: Sampler::new(),
        }
    }
    fn __make_rate() -> Rate {
        Rate { book: RateBook::new() }
    }
    fn __make_show(screen: &::fluid::__private::Arc<Screen>) -> Show {
        Show {
            screen: ::fluid::__private::Share::share(screen),
        }
    }
    fn __make_judge(thresholds: &::fluid::__private::Arc<Thresholds>) -> Judge {
        Judge {
            book: AlertBook::new(),
            thresholds: ::fluid::__private::Share::share(thresholds),
        }
    }
    fn __make_alarm(
        (
            screen,
            db,
        ): &(::fluid::__private::Arc<Screen>, ::fluid::__private::Arc<Database>),
    ) -> Alarm {
        Alarm {
            screen: ::fluid::__private::Share::share(screen),
            db: ::fluid::__private::Share::share(db),
        }
    }
    fn __make_store(db: &::fluid::__private::Arc<Database>) -> Store {
        Store {
            db: ::fluid::__private::Share::share(db),
        }
    }
    fn __make_farewell() -> SayStopping {
        SayStopping {}
    }
}
#[allow(dead_code)]
impl Sysmon {
    /// The group's graph: what it is made of, and what its pictures are drawn from.
    pub const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph {
        name: "sysmon",
        type_name: "Sysmon",
        docs: &["Samples this machine; shows, judges and stores the readings."],
        place: ::fluid::__private::Location::here(),
        resources: &[
            ::fluid::__private::GraphResource {
                name: "every",
                type_name: "Duration",
            },
            ::fluid::__private::GraphResource {
                name: "thresholds",
                type_name: "Thresholds",
            },
            ::fluid::__private::GraphResource {
                name: "screen",
                type_name: "Screen",
            },
            ::fluid::__private::GraphResource {
                name: "db",
                type_name: "Database",
            },
        ],
        workers: &[
            ::fluid::__private::GraphWorker::of::<KeepTime>("clock", "KeepTime"),
            ::fluid::__private::GraphWorker::of::<TakeSample>("sample", "TakeSample"),
            ::fluid::__private::GraphWorker::of::<Rate>("rate", "Rate"),
            ::fluid::__private::GraphWorker::of::<Show>("show", "Show"),
            ::fluid::__private::GraphWorker::of::<Judge>("judge", "Judge"),
            ::fluid::__private::GraphWorker::of::<Alarm>("alarm", "Alarm"),
            ::fluid::__private::GraphWorker::of::<Store>("store", "Store"),
            ::fluid::__private::GraphWorker::of::<SayStopping>("farewell", "SayStopping"),
        ],
        edges: &[
            ::fluid::__private::GraphEdge::new("clock", "sample").port("ticks"),
            ::fluid::__private::GraphEdge::new("sample", "rate"),
            ::fluid::__private::GraphEdge::new("rate", "show"),
            ::fluid::__private::GraphEdge::new("rate", "judge"),
            ::fluid::__private::GraphEdge::new("rate", "store"),
            ::fluid::__private::GraphEdge::new("judge", "alarm"),
        ],
        callbacks: &[],
    };
}
#[allow(dead_code)]
impl Sysmon {
    /// Starts the group. See [`Workers::startup`](::fluid::Workers::startup).
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    pub async fn startup(
        self,
    ) -> ::core::result::Result<SysmonHandle, ::fluid::__private::Exit> {
        self.workers.startup().await?;
        ::core::result::Result::Ok(self.handle)
    }
    /// Starts the group, runs `block`, and shuts the group down, whatever the block did. See
    /// [`Workers::scope`](::fluid::Workers::scope).
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    pub async fn scope<BlockOutput, BlockFuture>(
        self,
        block: impl ::core::ops::FnOnce(SysmonHandle) -> BlockFuture,
    ) -> ::core::result::Result<
        (BlockOutput, ::fluid::__private::Exit),
        ::fluid::__private::Exit,
    >
    where
        BlockFuture: ::core::future::Future<Output = BlockOutput>,
    {
        self.workers.scope(|_| block(self.handle)).await
    }
    ::fluid::__private::process!(pub fn);
}
/// The handle of [`Sysmon`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
#[allow(missing_debug_implementations, dead_code)]
pub struct SysmonHandle {
    __group: ::fluid::__private::GroupHandle,
    clock: ::fluid::__private::WorkerHandle,
    sample: ::fluid::__private::WorkerHandle,
    rate: ::fluid::__private::WorkerHandle,
    show: ::fluid::__private::WorkerHandle,
    judge: ::fluid::__private::WorkerHandle,
    alarm: ::fluid::__private::WorkerHandle,
    store: ::fluid::__private::WorkerHandle,
    farewell: ::fluid::__private::WorkerHandle,
}
#[allow(dead_code, private_interfaces)]
impl SysmonHandle {
    /// The worker `clock`.
    #[must_use]
    pub fn clock(&self) -> &::fluid::__private::WorkerHandle {
        &self.clock
    }
    /// The worker `sample`.
    #[must_use]
    pub fn sample(&self) -> &::fluid::__private::WorkerHandle {
        &self.sample
    }
    /// The worker `rate`.
    #[must_use]
    pub fn rate(&self) -> &::fluid::__private::WorkerHandle {
        &self.rate
    }
    /// The worker `show`.
    #[must_use]
    pub fn show(&self) -> &::fluid::__private::WorkerHandle {
        &self.show
    }
    /// The worker `judge`.
    #[must_use]
    pub fn judge(&self) -> &::fluid::__private::WorkerHandle {
        &self.judge
    }
    /// The worker `alarm`.
    #[must_use]
    pub fn alarm(&self) -> &::fluid::__private::WorkerHandle {
        &self.alarm
    }
    /// The worker `store`.
    #[must_use]
    pub fn store(&self) -> &::fluid::__private::WorkerHandle {
        &self.store
    }
    /// The worker `farewell`.
    #[must_use]
    pub fn farewell(&self) -> &::fluid::__private::WorkerHandle {
        &self.farewell
    }
}
impl ::core::ops::Deref for SysmonHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Sysmon {
    type Message = ::fluid::__private::Nothing;
    type Output = ::fluid::__private::Nothing;
    type Handle = SysmonHandle;
    type Slot = SysmonHandle;
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
