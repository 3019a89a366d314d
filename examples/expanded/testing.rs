//! What the macros make of `testing.rs`.
/// Measures how many tasks wanted to run in the last minute.
async fn measure() -> Result<f64, sysinfo::Error> {
    Ok(sysinfo::System::load_average()?.one)
}
/// Measures how many tasks wanted to run in the last minute.
struct Measure;
impl ::fluid::__private::Function for Measure {
    type Input = ::fluid::__private::PerBeat;
    type Emission = ::core::option::Option<f64>;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .heartbeat(::core::time::Duration::from_secs(10))
        .on_error(::fluid::__private::OnError::Skip);
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("measure")
        .docs(&["Measures how many tasks wanted to run in the last minute."])
        .output("f64");
    fn call(
        &mut self,
        (): (),
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::tries_one(
            measure(),
            <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried,
        )
    }
}
/// Emits a warning after three high loads in a row.
async fn judge(load: f64, limit: f64, high: &mut u32) -> Option<String> {
    *high = if load > limit { *high + 1 } else { 0 };
    (*high == 3).then(|| format!("the load is {load:.1}, and the limit is {limit:.1}"))
}
/// Emits a warning after three high loads in a row.
struct Judge {
    limit: f64,
    high: u32,
}
impl Judge {
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
impl ::fluid::__private::Function for Judge {
    type Input = ::fluid::__private::PerMessage<f64>;
    type Emission = ::core::option::Option<String>;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .stateful();
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("judge")
        .docs(&["Emits a warning after three high loads in a row."])
        .message("f64")
        .output("String");
    fn call(
        &mut self,
        message: f64,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::__private::emits_each(
            judge(
                message,
                ::fluid::rule::IsConfiguration::configuration(&self.limit),
                ::fluid::rule::IsState::state(&mut self.high),
            ),
        )
    }
}
/// Writes a warning to standard error.
async fn warn(warning: String) -> io::Result<()> {
    writeln!(io::stderr(), "{warning}")
}
/// Writes a warning to standard error.
struct Warn;
impl Warn {
    #[doc(hidden)]
    #[allow(dead_code)]
    #[must_use]
    const fn declared_properties() -> ::fluid::rule::Properties<
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
impl ::fluid::__private::Function for Warn {
    type Input = ::fluid::__private::PerMessage<String>;
    type Emission = ::fluid::__private::Silent;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .retry(2)
        .backoff(
            ::core::time::Duration::from_secs(1),
            ::core::time::Duration::from_secs(10),
        );
    const COPY: ::fluid::__private::Copying<Self> = ::core::option::Option::Some(
        <::fluid::rule::Rule as ::fluid::rule::CanBeTriedAgain<String>>::copied,
    );
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("warn")
        .docs(&["Writes a warning to standard error."])
        .message("String");
    fn call(
        &mut self,
        message: String,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::__private::tries_none(
            warn(message),
            <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried,
        )
    }
}
/// The group `load_watch`.
/**
 ```mermaid
 flowchart LR
     measure["<b>measure</b><br/>Measure"]
     judge["<b>judge</b><br/>Judge"]
     warn["<b>warn</b><br/>Warn"]
     measure --> judge
     judge --> warn
 ```*/
#[must_use = "a group does nothing until it is started"]
struct LoadWatch(::fluid::__private::Declared<LoadWatchHandle>);
impl ::core::ops::Deref for LoadWatch {
    type Target = LoadWatchHandle;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
impl LoadWatch {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(unused_imports, unused_mut)]
    fn new(limit: impl ::core::convert::Into<::fluid::__private::Arc<f64>>) -> Self {
        use ::fluid::__private::MemberSlot as _;
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _, HasProperties as _};
        let limit = ::fluid::__private::resource::<f64>(limit);
        let mut __workers = ::fluid::__private::Workers::new("load_watch");
        let measure = <Measure as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "measure", Self::__make_measure);
        let judge = <Judge as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "judge", &limit, Self::__make_judge);
        let warn = <Warn as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "warn", Self::__make_warn);
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Measure, _>::start(measure.start_of_edge()),
            ::fluid::rule::EndsEdge::<Judge, _>::end(judge.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Judge, _>::start(judge.start_of_edge()),
            ::fluid::rule::EndsEdge::<Warn, _>::end(warn.end_of_edge()),
        );
        ::fluid::rule::NeedsNoFeeding::<
            Measure,
            _,
        >::fed_by_nothing(measure.message_type(), measure.consumption());
        <Measure>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        <Judge>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::NeedsNoEdge::<
            Warn,
            _,
        >::feeds_nothing(warn.output_type(), warn.emission());
        <Warn>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        let __handle = LoadWatchHandle {
            __group: __workers.handle(),
            measure: measure.worker_handle(),
            judge: judge.worker_handle(),
            warn: warn.worker_handle(),
        };
        Self(::fluid::__private::Declared::new(__workers, __handle))
    }
    fn __make_measure() -> Measure {
        Measure {}
    }
    fn __make_judge(limit: &::fluid::__private::Arc<f64>) -> Judge {
        Judge {
            limit: {
                let limit = ::core::clone::Clone::clone(limit);
                *limit
            },
            high: 0,
        }
    }
    fn __make_warn() -> Warn {
        Warn {}
    }
    ::fluid::__private::start_methods!(self -> LoadWatchHandle);
    /// The graph of the group, from which its pictures are drawn.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph::new(
            "load_watch",
            "LoadWatch",
        )
        .resources(&[::fluid::__private::GraphResource::new("limit", "f64")])
        .workers(
            &[
                <Measure as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("measure", "Measure"),
                <Judge as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("judge", "Judge"),
                <Warn as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("warn", "Warn"),
            ],
        )
        .edges(
            &[
                ::fluid::__private::GraphEdge::new("measure", "judge"),
                ::fluid::__private::GraphEdge::new("judge", "warn"),
            ],
        );
}
/// The handle of [`LoadWatch`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
struct LoadWatchHandle {
    __group: ::fluid::__private::GroupHandle,
    measure: ::fluid::__private::WorkerHandle,
    judge: ::fluid::__private::WorkerHandle,
    warn: ::fluid::__private::WorkerHandle,
}
#[allow(dead_code)]
impl LoadWatchHandle {
    fn measure(&self) -> &::fluid::__private::WorkerHandle {
        &self.measure
    }
    fn judge(&self) -> &::fluid::__private::WorkerHandle {
        &self.judge
    }
    fn warn(&self) -> &::fluid::__private::WorkerHandle {
        &self.warn
    }
}
impl ::core::fmt::Debug for LoadWatchHandle {
    fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.__group, __f)
    }
}
impl ::core::ops::Deref for LoadWatchHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for LoadWatch {
    type Slot = LoadWatchHandle;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(
        &Self::GRAPH,
    );
    fn into_member(self) -> ::fluid::__private::Declared<LoadWatchHandle> {
        self.0
    }
}
