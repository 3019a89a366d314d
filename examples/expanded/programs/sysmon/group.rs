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
     clock --> sample
     sample --> rate
     rate --> show
     rate --> judge
     rate --> store
     judge --> alarm
 ```*/
#[must_use = "a group does nothing until it is started"]
#[allow(missing_debug_implementations)]
pub struct Sysmon(::fluid::__private::Declared<SysmonHandle>);
impl ::core::ops::Deref for Sysmon {
    type Target = SysmonHandle;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
impl Sysmon {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    ///
    /// # Panics
    ///
    /// If the value of an option is wrong, such as a `capacity` of 0.
    #[allow(unused_imports, unused_mut)]
    pub fn new(
        timing: impl ::core::convert::Into<::fluid::__private::Arc<Timing>>,
        thresholds: impl ::core::convert::Into<::fluid::__private::Arc<Thresholds>>,
        screen: impl ::core::convert::Into<::fluid::__private::Arc<Screen>>,
        db: impl ::core::convert::Into<::fluid::__private::Arc<Database>>,
    ) -> Self {
        use ::fluid::__private::MemberSlot as _;
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _, HasProperties as _};
        let timing = ::fluid::__private::resource::<Timing>(timing);
        let thresholds = ::fluid::__private::resource::<Thresholds>(thresholds);
        let screen = ::fluid::__private::resource::<Screen>(screen);
        let db = ::fluid::__private::resource::<Database>(db);
        let mut __workers = ::fluid::__private::Workers::new("sysmon");
        let clock = <KeepTime as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_with(
                &mut __workers,
                "clock",
                <KeepTime as ::fluid::rule::IsWorker<_>>::MEMBER
                    .options()
                    .heartbeat(
                        ::fluid::__private::Given::new(
                                "worker `clock`",
                                "heartbeat",
                                "it takes more than no time at all",
                            )
                            .duration({
                                let timing = ::core::clone::Clone::clone(&timing);
                                timing.sample_every
                            }),
                    )
                    .pace(::fluid::__private::Pace::Rate),
                Self::__make_clock,
            );
        let sample = <TakeSample as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "sample", Self::__make_sample);
        let rate = <Rate as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "rate", Self::__make_rate);
        let show = <Show as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "show", &screen, Self::__make_show);
        let judge = <Judge as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "judge", &thresholds, Self::__make_judge);
        let alarm = <Alarm as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "alarm", (&screen, &db), Self::__make_alarm);
        let store = <Store as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "store", &db, Self::__make_store);
        let farewell = <SayStopping as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "farewell", Self::__make_farewell);
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<KeepTime, _>::start(clock.start_of_edge()),
            ::fluid::rule::EndsEdge::<TakeSample, _>::end(sample.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<TakeSample, _>::start(sample.start_of_edge()),
            ::fluid::rule::EndsEdge::<Rate, _>::end(rate.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Rate, _>::start(rate.start_of_edge()),
            ::fluid::rule::EndsEdge::<Show, _>::end(show.end_of_edge()),
        );
        ::fluid::rule::CanBeCopied::broadcast(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Rate, _>::start(rate.start_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Rate, _>::start(rate.start_of_edge()),
            ::fluid::rule::EndsEdge::<Judge, _>::end(judge.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Rate, _>::start(rate.start_of_edge()),
            ::fluid::rule::EndsEdge::<Store, _>::end(store.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Judge, _>::start(judge.start_of_edge()),
            ::fluid::rule::EndsEdge::<Alarm, _>::end(alarm.end_of_edge()),
        );
        ::fluid::rule::NeedsNoFeeding::<
            KeepTime,
            _,
        >::fed_by_nothing(clock.message_type(), clock.consumption());
        <KeepTime>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        <TakeSample>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        <Rate>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::NeedsNoEdge::<
            Show,
            _,
        >::feeds_nothing(show.output_type(), show.emission());
        <Show>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        <Judge>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::NeedsNoEdge::<
            Alarm,
            _,
        >::feeds_nothing(alarm.output_type(), alarm.emission());
        <Alarm>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::NeedsNoEdge::<
            Store,
            _,
        >::feeds_nothing(store.output_type(), store.emission());
        <Store>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::NeedsNoFeeding::<
            SayStopping,
            _,
        >::fed_by_nothing(farewell.message_type(), farewell.consumption());
        ::fluid::rule::NeedsNoEdge::<
            SayStopping,
            _,
        >::feeds_nothing(farewell.output_type(), farewell.emission());
        <SayStopping>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::IsCalledByFluid::<KeepTime>::called_by_fluid(&clock);
        {
            #[allow(non_camel_case_types)]
            enum heartbeat {}
            ::fluid::rule::IsNoConsumer::<
                KeepTime,
                heartbeat,
            >::of_no_consumer(clock.consumption());
        }
        ::fluid::rule::IsCalledByFluid::<KeepTime>::called_by_fluid(&clock);
        {
            #[allow(non_camel_case_types)]
            enum pace {}
            ::fluid::rule::IsNoConsumer::<
                KeepTime,
                pace,
            >::of_no_consumer(clock.consumption());
        }
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
        __workers
            .register_callback(
                ::fluid::__private::Callback::every(
                        ::fluid::__private::Given::new(
                                "callback `draw`",
                                "every",
                                "it takes more than no time at all",
                            )
                            .duration({
                                let timing = ::core::clone::Clone::clone(&timing);
                                timing.draw_every
                            }),
                    )
                    .name("draw"),
                {
                    let screen = ::core::clone::Clone::clone(&screen);
                    let group = ::core::clone::Clone::clone(&__handle);
                    move || {
                        let screen = ::core::clone::Clone::clone(&screen);
                        let group = ::core::clone::Clone::clone(&group);
                        async move { draw(&screen, &group) }
                    }
                },
            );
        Self(::fluid::__private::Declared::new(__workers, __handle))
    }
    fn __make_clock() -> KeepTime {
        KeepTime {}
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
            screen: ::fluid::rule::Share::share(screen),
        }
    }
    fn __make_judge(thresholds: &::fluid::__private::Arc<Thresholds>) -> Judge {
        Judge {
            book: AlertBook::new(),
            thresholds: ::fluid::rule::Share::share(thresholds),
        }
    }
    fn __make_alarm(
        (
            screen,
            db,
        ): &(::fluid::__private::Arc<Screen>, ::fluid::__private::Arc<Database>),
    ) -> Alarm {
        Alarm {
            screen: ::fluid::rule::Share::share(screen),
            db: ::fluid::rule::Share::share(db),
        }
    }
    fn __make_store(db: &::fluid::__private::Arc<Database>) -> Store {
        Store {
            db: ::fluid::rule::Share::share(db),
        }
    }
    fn __make_farewell() -> SayStopping {
        SayStopping {}
    }
    ::fluid::__private::start_methods!(pub self -> SysmonHandle);
    /// The graph of the group, from which its pictures are drawn.
    pub const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph::new(
            "sysmon",
            "Sysmon",
        )
        .docs(&["Samples this machine; shows, judges and stores the readings."])
        .resources(
            &[
                ::fluid::__private::GraphResource::new("timing", "Timing"),
                ::fluid::__private::GraphResource::new("thresholds", "Thresholds"),
                ::fluid::__private::GraphResource::new("screen", "Screen"),
                ::fluid::__private::GraphResource::new("db", "Database"),
            ],
        )
        .workers(
            &[
                <KeepTime as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("clock", "KeepTime")
                    .options(
                        <KeepTime as ::fluid::rule::IsWorker<_>>::MEMBER
                            .options()
                            .pace(::fluid::__private::Pace::Rate),
                    )
                    .at_run_time(&["heartbeat"]),
                <TakeSample as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("sample", "TakeSample"),
                <Rate as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("rate", "Rate"),
                <Show as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("show", "Show"),
                <Judge as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("judge", "Judge"),
                <Alarm as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("alarm", "Alarm"),
                <Store as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("store", "Store"),
                <SayStopping as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("farewell", "SayStopping"),
            ],
        )
        .edges(
            &[
                ::fluid::__private::GraphEdge::new("clock", "sample"),
                ::fluid::__private::GraphEdge::new("sample", "rate"),
                ::fluid::__private::GraphEdge::new("rate", "show"),
                ::fluid::__private::GraphEdge::new("rate", "judge"),
                ::fluid::__private::GraphEdge::new("rate", "store"),
                ::fluid::__private::GraphEdge::new("judge", "alarm"),
            ],
        )
        .callbacks(
            &[
                ::fluid::__private::GraphCallback::new(
                    "every timing.draw_every",
                    "draw(&screen, &group)",
                ),
            ],
        );
}
/// The handle of [`Sysmon`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
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
impl ::core::fmt::Debug for SysmonHandle {
    fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.__group, __f)
    }
}
impl ::core::ops::Deref for SysmonHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Sysmon {
    type Slot = SysmonHandle;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(
        &Self::GRAPH,
    );
    fn into_member(self) -> ::fluid::__private::Declared<SysmonHandle> {
        self.0
    }
}
