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
        ::fluid::__private::Port::new(
            "lines",
            |ports: &mut <Self as ::fluid::__private::Worker>::Ports| &mut ports.0,
        )
    }
}
#[allow(non_camel_case_types, non_local_definitions, private_bounds, dead_code)]
const _: () = {
    enum lines {}
    impl Read {
        #[doc(hidden)]
        fn every_port_leads_somewhere<Edges>(_: Edges)
        where
            Edges: ::fluid::rule::Wires<Self, lines, 6693467979504746524>,
        {}
    }
};
impl ::fluid::__private::Function for Read {
    type Message = ::fluid::__private::Nothing;
    type Ports = (::fluid::__private::Output<String>,);
    type Emission = ::core::option::Option<::fluid::__private::Nothing>;
    type Calls = ::fluid::__private::EachBeat;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("read")
        .docs(&["Reads the log to its end."])
        .ports(&[("lines", "String")]);
    fn call(
        &mut self,
        (): (),
        ctx: &::fluid::__private::Context,
        ports: &Self::Ports,
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::tries_none(
            read(::fluid::rule::configuration(&self.file), &ports.0, ctx),
            ::fluid::rule::carried,
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
        ::fluid::__private::Port::new(
            "malformed",
            |ports: &mut <Self as ::fluid::__private::Worker>::Ports| &mut ports.0,
        )
    }
}
#[allow(non_camel_case_types, non_local_definitions, private_bounds, dead_code)]
const _: () = {
    enum malformed {}
    impl Parse {
        #[doc(hidden)]
        fn every_port_leads_somewhere<Edges>(_: Edges)
        where
            Edges: ::fluid::rule::Wires<Self, malformed, 11801737483581815190>,
        {}
    }
};
impl ::fluid::__private::Function for Parse {
    type Message = String;
    type Ports = (::fluid::__private::Output<Malformed>,);
    type Emission = ::core::option::Option<Entry>;
    type Calls = ::fluid::__private::EachMessage;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("parse")
        .docs(&["Parses a line, or sends it to the port for malformed lines."])
        .message("String")
        .output("Entry")
        .ports(&[("malformed", "Malformed")]);
    fn call(
        &mut self,
        message: String,
        _: &::fluid::__private::Context,
        ports: &Self::Ports,
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::message(&message);
        ::fluid::rule::emitted::<Entry>().is_no_result();
        ::fluid::__private::tries_each(parse(message, &ports.0), ::fluid::rule::carried)
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
    type Message = Entry;
    type Ports = ();
    type Emission = ::core::option::Option<::fluid::__private::Nothing>;
    type Calls = ::fluid::__private::EachMessage;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("count")
        .docs(&["Counts the parsed lines."])
        .message("Entry");
    fn call(
        &mut self,
        message: Entry,
        _: &::fluid::__private::Context,
        _: &Self::Ports,
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::message(&message);
        ::fluid::__private::emits_none(
            count(message, ::fluid::rule::resource(&self.totals)),
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
    type Message = Malformed;
    type Ports = ();
    type Emission = ::core::option::Option<::fluid::__private::Nothing>;
    type Calls = ::fluid::__private::EachMessage;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named(
            "dead_letters",
        )
        .docs(&["Counts the malformed lines, and shows the first ones."])
        .message("Malformed");
    fn call(
        &mut self,
        message: Malformed,
        _: &::fluid::__private::Context,
        _: &Self::Ports,
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::message(&message);
        ::fluid::__private::emits_none(
            dead_letters(
                message,
                ::fluid::rule::configuration(&self.show),
                ::fluid::rule::resource(&self.totals),
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
#[allow(missing_debug_implementations)]
struct AccessLog {
    workers: ::fluid::__private::Workers,
    handle: AccessLogHandle,
}
impl ::core::ops::Deref for AccessLog {
    type Target = AccessLogHandle;
    fn deref(&self) -> &Self::Target {
        &self.handle
    }
}
impl AccessLog {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(
        clippy::too_many_arguments,
        clippy::new_without_default,
        unused_imports,
        unused_mut
    )]
    fn new(
        file: impl ::core::convert::Into<::fluid::__private::Arc<Option<PathBuf>>>,
        show: impl ::core::convert::Into<::fluid::__private::Arc<u64>>,
        totals: impl ::core::convert::Into<::fluid::__private::Arc<Mutex<Totals>>>,
    ) -> Self {
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _};
        let file: ::fluid::__private::Arc<Option<PathBuf>> = ::core::convert::Into::into(
            file,
        );
        let show: ::fluid::__private::Arc<u64> = ::core::convert::Into::into(show);
        let totals: ::fluid::__private::Arc<Mutex<Totals>> = ::core::convert::Into::into(
            totals,
        );
        let mut __workers = ::fluid::__private::Workers::new("access_log");
        let read = __workers
            .add_as::<
                Read,
            >(
                "read",
                ::fluid::__private::made(
                    ::core::clone::Clone::clone(&file),
                    Self::__make_read,
                ),
            );
        let parse = __workers.add_as::<Parse>("parse", Self::__make_parse);
        let count = __workers
            .add_as::<
                Count,
            >(
                "count",
                ::fluid::__private::made(
                    ::core::clone::Clone::clone(&totals),
                    Self::__make_count,
                ),
            );
        let dead_letters = __workers
            .add_as::<
                DeadLetters,
            >(
                "dead_letters",
                ::fluid::__private::made(
                    (
                        ::core::clone::Clone::clone(&show),
                        ::core::clone::Clone::clone(&totals),
                    ),
                    Self::__make_dead_letters,
                ),
            );
        __workers.connect(read.port(<Read>::lines()), &parse);
        __workers.connect(parse.starts_an_edge(), &count);
        __workers.connect(parse.port(<Parse>::malformed()), &dead_letters);
        ::fluid::rule::fed_by_nothing::<Read>();
        ::fluid::rule::feeds_nothing::<Read>();
        let () = {
            struct EdgesOfRead<Ports>(Ports);
            impl<W, P, Ports> ::fluid::rule::Wires<W, P, 6693467979504746524>
            for EdgesOfRead<Ports> {}
            <Read>::every_port_leads_somewhere(EdgesOfRead((<Read>::lines(),)))
        };
        let () = {
            struct EdgesOfParse<Ports>(Ports);
            impl<W, P, Ports> ::fluid::rule::Wires<W, P, 11801737483581815190>
            for EdgesOfParse<Ports> {}
            <Parse>::every_port_leads_somewhere(EdgesOfParse((<Parse>::malformed(),)))
        };
        ::fluid::rule::feeds_nothing::<Count>();
        <Count>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::feeds_nothing::<DeadLetters>();
        <DeadLetters>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        let __handle = AccessLogHandle {
            __group: __workers.handle(),
            read: read.worker_handle(),
            parse: parse.worker_handle(),
            count: count.worker_handle(),
            dead_letters: dead_letters.worker_handle(),
        };
        Self {
            workers: __workers,
            handle: __handle,
        }
    }
    fn __make_read(file: &::fluid::__private::Arc<Option<PathBuf>>) -> Read {
        Read {
            file: ::fluid::__private::Share::share(file),
        }
    }
    fn __make_parse() -> Parse {
        Parse {}
    }
    fn __make_count(totals: &::fluid::__private::Arc<Mutex<Totals>>) -> Count {
        Count {
            totals: ::fluid::__private::Share::share(totals),
        }
    }
    fn __make_dead_letters(
        (
            show,
            totals,
        ): &(::fluid::__private::Arc<u64>, ::fluid::__private::Arc<Mutex<Totals>>),
    ) -> DeadLetters {
        DeadLetters {
            show: ::fluid::__private::Share::share(show),
            totals: ::fluid::__private::Share::share(totals),
        }
    }
}
#[allow(dead_code)]
impl AccessLog {
    /// The group's graph: what it is made of, and what its pictures are drawn from.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph {
        name: "access_log",
        type_name: "AccessLog",
        docs: &["Reads an access log."],
        place: ::fluid::__private::Location::here(),
        resources: &[
            ::fluid::__private::GraphResource {
                name: "file",
                type_name: "Option<PathBuf>",
            },
            ::fluid::__private::GraphResource {
                name: "show",
                type_name: "u64",
            },
            ::fluid::__private::GraphResource {
                name: "totals",
                type_name: "Mutex<Totals>",
            },
        ],
        workers: &[
            ::fluid::__private::GraphWorker::of::<Read>("read", "Read"),
            ::fluid::__private::GraphWorker::of::<Parse>("parse", "Parse"),
            ::fluid::__private::GraphWorker::of::<Count>("count", "Count"),
            ::fluid::__private::GraphWorker::of::<
                DeadLetters,
            >("dead_letters", "DeadLetters"),
        ],
        edges: &[
            ::fluid::__private::GraphEdge::new("read", "parse").port("lines"),
            ::fluid::__private::GraphEdge::new("parse", "count"),
            ::fluid::__private::GraphEdge::new("parse", "dead_letters").port("malformed"),
        ],
        callbacks: &[],
    };
}
#[allow(dead_code)]
impl AccessLog {
    /// Starts the group. See [`Workers::startup`](::fluid::Workers::startup).
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    async fn startup(
        self,
    ) -> ::core::result::Result<AccessLogHandle, ::fluid::__private::Exit> {
        self.workers.startup().await?;
        ::core::result::Result::Ok(self.handle)
    }
    /// Starts the group, runs `block`, and shuts the group down, whatever the block did. See
    /// [`Workers::scope`](::fluid::Workers::scope).
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    async fn scope<BlockOutput, BlockFuture>(
        self,
        block: impl ::core::ops::FnOnce(AccessLogHandle) -> BlockFuture,
    ) -> ::core::result::Result<
        (BlockOutput, ::fluid::__private::Exit),
        ::fluid::__private::Exit,
    >
    where
        BlockFuture: ::core::future::Future<Output = BlockOutput>,
    {
        self.workers.scope(|_| block(self.handle)).await
    }
    ::fluid::__private::process!(fn);
}
/// The handle of [`AccessLog`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
#[allow(missing_debug_implementations, dead_code)]
struct AccessLogHandle {
    __group: ::fluid::__private::GroupHandle,
    read: ::fluid::__private::WorkerHandle,
    parse: ::fluid::__private::WorkerHandle,
    count: ::fluid::__private::WorkerHandle,
    dead_letters: ::fluid::__private::WorkerHandle,
}
#[allow(dead_code, private_interfaces)]
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
impl ::core::ops::Deref for AccessLogHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for AccessLog {
    type Message = ::fluid::__private::Nothing;
    type Output = ::fluid::__private::Nothing;
    type Handle = AccessLogHandle;
    type Slot = AccessLogHandle;
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
