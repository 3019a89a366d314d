//! What the macros make of `main.rs`.
/// Reads the log to its end.
async fn read(
    file: Option<PathBuf>,
    lines: &Output<String>,
    ctx: &Context,
) -> Result<(), Error> {
    let mut input = Input::open(file.as_deref())?;
    loop {
        let portion = tokio::select! {
            portion = input.next() => portion ?, () = ctx.stopping() => return Ok(()),
        };
        if portion.is_empty() {
            return Ok(());
        }
        for line in portion {
            lines.send(line).await?;
        }
    }
}
/// Reads the log to its end.
struct Read {
    file: Option<PathBuf>,
}
impl Read {
    /// The port `lines`.
    const fn lines() -> ::fluid::__private::Port<Self, String> {
        ::fluid::__private::Port::<Self, _>::new("lines", |ports| &mut ports.0)
    }
}
#[allow(non_camel_case_types, non_local_definitions, private_bounds, dead_code)]
const _: () = {
    enum lines {}
    impl Read {
        #[doc(hidden)]
        fn every_port_leads_somewhere<Edges>(_: Edges)
        where
            Edges: ::fluid::rule::Wires<Self, lines, 746524>,
        {}
    }
};
impl ::fluid::__private::Function for Read {
    type Input = ::fluid::__private::PerBeat<(::fluid::__private::Output<String>,)>;
    type Emission = ::fluid::__private::Silent;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("read")
        .docs(&["Reads the log to its end."])
        .ports(&[("lines", "String")]);
    fn call(
        &mut self,
        (): (),
        ctx: &::fluid::__private::Context,
        ports: &::fluid::__private::PortsOf<Self>,
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::tries_none(
            read(
                ::fluid::rule::IsConfiguration::configuration(&self.file),
                &ports.0,
                ctx,
            ),
            <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried,
        )
    }
}
/// Parses a line, or sends it to the port for malformed lines.
async fn parse(
    line: String,
    malformed: &Output<Malformed>,
) -> Result<Option<Entry>, Error> {
    match Entry::parse(&line) {
        Ok(entry) => Ok(Some(entry)),
        Err(line) => {
            malformed.send(line).await?;
            Ok(None)
        }
    }
}
/// Parses a line, or sends it to the port for malformed lines.
struct Parse;
impl Parse {
    /// The port `malformed`.
    const fn malformed() -> ::fluid::__private::Port<Self, Malformed> {
        ::fluid::__private::Port::<Self, _>::new("malformed", |ports| &mut ports.0)
    }
}
#[allow(non_camel_case_types, non_local_definitions, private_bounds, dead_code)]
const _: () = {
    enum malformed {}
    impl Parse {
        #[doc(hidden)]
        fn every_port_leads_somewhere<Edges>(_: Edges)
        where
            Edges: ::fluid::rule::Wires<Self, malformed, 815190>,
        {}
    }
};
impl ::fluid::__private::Function for Parse {
    type Input = ::fluid::__private::PerMessage<
        String,
        (::fluid::__private::Output<Malformed>,),
    >;
    type Emission = ::core::option::Option<Entry>;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("parse")
        .docs(&["Parses a line, or sends it to the port for malformed lines."])
        .message("String")
        .output("Entry")
        .ports(&[("malformed", "Malformed")]);
    fn call(
        &mut self,
        message: String,
        _: &::fluid::__private::Context,
        ports: &::fluid::__private::PortsOf<Self>,
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::rule::emitted::<Entry>().is_no_result();
        ::fluid::__private::tries_each(
            parse(message, &ports.0),
            <::fluid::rule::Rule as ::fluid::rule::IsCarried<_>>::carried,
        )
    }
}
/// Counts the parsed lines.
async fn count(entry: Entry, totals: &Mutex<Totals>) {
    lock(totals).add(&entry);
}
/// Counts the parsed lines.
struct Count {
    totals: ::fluid::__private::Arc<Mutex<Totals>>,
}
impl ::fluid::__private::Function for Count {
    type Input = ::fluid::__private::PerMessage<Entry>;
    type Emission = ::fluid::__private::Silent;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("count")
        .docs(&["Counts the parsed lines."])
        .message("Entry");
    fn call(
        &mut self,
        message: Entry,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::__private::emits_none(
            count(message, ::fluid::rule::IsResource::resource(&self.totals)),
        )
    }
}
/// Counts the malformed lines, and shows the first ones.
async fn dead_letters(line: Malformed, show: u64, totals: &Mutex<Totals>) {
    let mut totals = lock(totals);
    totals.add_malformed();
    if totals.malformed <= show {
        eprintln!("{line}");
    }
}
/// Counts the malformed lines, and shows the first ones.
struct DeadLetters {
    show: u64,
    totals: ::fluid::__private::Arc<Mutex<Totals>>,
}
impl ::fluid::__private::Function for DeadLetters {
    type Input = ::fluid::__private::PerMessage<Malformed>;
    type Emission = ::fluid::__private::Silent;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named(
            "dead_letters",
        )
        .docs(&["Counts the malformed lines, and shows the first ones."])
        .message("Malformed");
    fn call(
        &mut self,
        message: Malformed,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
        ::fluid::__private::emits_none(
            dead_letters(
                message,
                ::fluid::rule::IsConfiguration::configuration(&self.show),
                ::fluid::rule::IsResource::resource(&self.totals),
            ),
        )
    }
}
/// Reads an access log.
/**
 ```mermaid
 flowchart LR
     read["<b>read</b><br/>Read"]
     parse["<b>parse</b><br/>Parse"]
     count["<b>count</b><br/>Count"]
     dead_letters["<b>dead_letters</b><br/>DeadLetters"]
     read -->|"lines"| parse
     parse --> count
     parse -->|"malformed"| dead_letters
 ```*/
#[must_use = "a group does nothing until it is started"]
struct AccessLog(::fluid::__private::Declared<AccessLogHandle>);
impl ::core::ops::Deref for AccessLog {
    type Target = AccessLogHandle;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
impl AccessLog {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(unused_imports, unused_mut)]
    fn new(
        file: impl ::core::convert::Into<::fluid::__private::Arc<Option<PathBuf>>>,
        show: impl ::core::convert::Into<::fluid::__private::Arc<u64>>,
        totals: impl ::core::convert::Into<::fluid::__private::Arc<Mutex<Totals>>>,
    ) -> Self {
        use ::fluid::__private::MemberSlot as _;
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _, HasProperties as _};
        let file = ::fluid::__private::resource::<Option<PathBuf>>(file);
        let show = ::fluid::__private::resource::<u64>(show);
        let totals = ::fluid::__private::resource::<Mutex<Totals>>(totals);
        let mut __workers = ::fluid::__private::Workers::new("access_log");
        let read = <Read as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "read", &file, Self::__make_read);
        let parse = <Parse as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "parse", Self::__make_parse);
        let count = <Count as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "count", &totals, Self::__make_count);
        let dead_letters = <DeadLetters as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(
                &mut __workers,
                "dead_letters",
                (&show, &totals),
                Self::__make_dead_letters,
            );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            read.port(<Read>::lines()),
            ::fluid::rule::EndsEdge::<Parse, _>::end(parse.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Parse, _>::start(parse.start_of_edge()),
            ::fluid::rule::EndsEdge::<Count, _>::end(count.end_of_edge()),
        );
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            parse.port(<Parse>::malformed()),
            ::fluid::rule::EndsEdge::<DeadLetters, _>::end(dead_letters.end_of_edge()),
        );
        ::fluid::rule::NeedsNoFeeding::<
            Read,
            _,
        >::fed_by_nothing(read.message_type(), read.consumption());
        ::fluid::rule::NeedsNoEdge::<
            Read,
            _,
        >::feeds_nothing(read.output_type(), read.emission());
        let () = {
            struct EdgesOfRead<Ports>(Ports);
            impl<W, P, Ports> ::fluid::rule::Wires<W, P, 746524> for EdgesOfRead<Ports> {}
            <Read>::every_port_leads_somewhere(EdgesOfRead((<Read>::lines(),)))
        };
        let () = {
            struct EdgesOfParse<Ports>(Ports);
            impl<W, P, Ports> ::fluid::rule::Wires<W, P, 815190>
            for EdgesOfParse<Ports> {}
            <Parse>::every_port_leads_somewhere(EdgesOfParse((<Parse>::malformed(),)))
        };
        ::fluid::rule::NeedsNoEdge::<
            Count,
            _,
        >::feeds_nothing(count.output_type(), count.emission());
        <Count>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::NeedsNoEdge::<
            DeadLetters,
            _,
        >::feeds_nothing(dead_letters.output_type(), dead_letters.emission());
        <DeadLetters>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        let __handle = AccessLogHandle {
            __group: __workers.handle(),
            read: read.worker_handle(),
            parse: parse.worker_handle(),
            count: count.worker_handle(),
            dead_letters: dead_letters.worker_handle(),
        };
        Self(::fluid::__private::Declared::new(__workers, __handle))
    }
    fn __make_read(file: &::fluid::__private::Arc<Option<PathBuf>>) -> Read {
        Read {
            file: ::fluid::rule::Share::share(file),
        }
    }
    fn __make_parse() -> Parse {
        Parse {}
    }
    fn __make_count(totals: &::fluid::__private::Arc<Mutex<Totals>>) -> Count {
        Count {
            totals: ::fluid::rule::Share::share(totals),
        }
    }
    fn __make_dead_letters(
        (
            show,
            totals,
        ): &(::fluid::__private::Arc<u64>, ::fluid::__private::Arc<Mutex<Totals>>),
    ) -> DeadLetters {
        DeadLetters {
            show: ::fluid::rule::Share::share(show),
            totals: ::fluid::rule::Share::share(totals),
        }
    }
    ::fluid::__private::start_methods!(self -> AccessLogHandle);
    /// The graph of the group, from which its pictures are drawn.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph::new(
            "access_log",
            "AccessLog",
        )
        .docs(&["Reads an access log."])
        .resources(
            &[
                ::fluid::__private::GraphResource::new("file", "Option<PathBuf>"),
                ::fluid::__private::GraphResource::new("show", "u64"),
                ::fluid::__private::GraphResource::new("totals", "Mutex<Totals>"),
            ],
        )
        .workers(
            &[
                <Read as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("read", "Read"),
                <Parse as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("parse", "Parse"),
                <Count as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("count", "Count"),
                <DeadLetters as ::fluid::rule::IsWorker<_>>::MEMBER
                    .in_graph("dead_letters", "DeadLetters"),
            ],
        )
        .edges(
            &[
                ::fluid::__private::GraphEdge::new("read", "parse").port("lines"),
                ::fluid::__private::GraphEdge::new("parse", "count"),
                ::fluid::__private::GraphEdge::new("parse", "dead_letters")
                    .port("malformed"),
            ],
        );
}
/// The handle of [`AccessLog`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
struct AccessLogHandle {
    __group: ::fluid::__private::GroupHandle,
    read: ::fluid::__private::WorkerHandle,
    parse: ::fluid::__private::WorkerHandle,
    count: ::fluid::__private::WorkerHandle,
    dead_letters: ::fluid::__private::WorkerHandle,
}
#[allow(dead_code)]
impl AccessLogHandle {
    fn read(&self) -> &::fluid::__private::WorkerHandle {
        &self.read
    }
    fn parse(&self) -> &::fluid::__private::WorkerHandle {
        &self.parse
    }
    fn count(&self) -> &::fluid::__private::WorkerHandle {
        &self.count
    }
    fn dead_letters(&self) -> &::fluid::__private::WorkerHandle {
        &self.dead_letters
    }
}
impl ::core::fmt::Debug for AccessLogHandle {
    fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.__group, __f)
    }
}
impl ::core::ops::Deref for AccessLogHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for AccessLog {
    type Slot = AccessLogHandle;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(
        &Self::GRAPH,
    );
    fn into_member(self) -> ::fluid::__private::Declared<AccessLogHandle> {
        self.0
    }
}
