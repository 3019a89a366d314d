//! What the macros make of `hello.rs`.
/// Greets each second.
async fn greet(name: String) -> String {
    format!("hello, {name}")
}
/// Greets each second.
struct Greet {
    name: String,
}
impl ::fluid::__private::Function for Greet {
    type Message = ::fluid::__private::Nothing;
    type Ports = ();
    type Emission = ::core::option::Option<String>;
    type Calls = ::fluid::__private::EachBeat;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .heartbeat(::core::time::Duration::from_secs(1));
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("greet")
        .docs(&["Greets each second."])
        .output("String");
    fn call(
        &mut self,
        (): (),
        _: &::fluid::__private::Context,
        _: &Self::Ports,
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::emits_one(greet(::fluid::rule::configuration(&self.name)))
    }
}
/// Prints each message.
async fn print(line: String) {
    println!("{line}");
}
/// Prints each message.
struct Print;
impl ::fluid::__private::Function for Print {
    type Message = String;
    type Ports = ();
    type Emission = ::core::option::Option<::fluid::__private::Nothing>;
    type Calls = ::fluid::__private::EachMessage;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("print")
        .docs(&["Prints each message."])
        .message("String");
    fn call(
        &mut self,
        message: String,
        _: &::fluid::__private::Context,
        _: &Self::Ports,
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::message(&message);
        ::fluid::__private::emits_none(print(message))
    }
}
/// The group `hello`.
/**
 ```mermaid
 flowchart LR
     greet["<b>greet</b><br/>Greet"]
     print["<b>print</b><br/>Print"]
     greet --> print
 ```*/
#[must_use = "a group does nothing until it is started"]
#[allow(missing_debug_implementations)]
struct Hello {
    workers: ::fluid::__private::Workers,
    handle: HelloHandle,
}
impl ::core::ops::Deref for Hello {
    type Target = HelloHandle;
    fn deref(&self) -> &Self::Target {
        &self.handle
    }
}
impl Hello {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(
        clippy::too_many_arguments,
        clippy::new_without_default,
        unused_imports,
        unused_mut
    )]
    fn new(name: impl ::core::convert::Into<::fluid::__private::Arc<String>>) -> Self {
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _};
        let name: ::fluid::__private::Arc<String> = ::core::convert::Into::into(name);
        let mut __workers = ::fluid::__private::Workers::new("hello");
        let greet = __workers
            .add_as::<
                Greet,
            >(
                "greet",
                ::fluid::__private::made(
                    ::core::clone::Clone::clone(&name),
                    Self::__make_greet,
                ),
            );
        let print = __workers.add_as::<Print>("print", Self::__make_print);
        __workers.connect(greet.starts_an_edge(), &print);
        ::fluid::rule::fed_by_nothing::<Greet>();
        <Greet>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::feeds_nothing::<Print>();
        <Print>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        let __handle = HelloHandle {
            __group: __workers.handle(),
            greet: greet.worker_handle(),
            print: print.worker_handle(),
        };
        Self {
            workers: __workers,
            handle: __handle,
        }
    }
    fn __make_greet(name: &::fluid::__private::Arc<String>) -> Greet {
        Greet {
            name: ::fluid::__private::Share::share(name),
        }
    }
    fn __make_print() -> Print {
        Print {}
    }
}
#[allow(dead_code)]
impl Hello {
    /// The group's graph: what it is made of, and what its pictures are drawn from.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph {
        name: "hello",
        type_name: "Hello",
        docs: &[],
        place: ::fluid::__private::Location::here(),
        resources: &[
            ::fluid::__private::GraphResource {
                name: "name",
                type_name: "String",
            },
        ],
        workers: &[
            ::fluid::__private::GraphWorker::of::<Greet>("greet", "Greet"),
            ::fluid::__private::GraphWorker::of::<Print>("print", "Print"),
        ],
        edges: &[::fluid::__private::GraphEdge::new("greet", "print")],
        callbacks: &[],
    };
}
#[allow(dead_code)]
impl Hello {
    /// Starts the group. See [`Workers::startup`](::fluid::Workers::startup).
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    async fn startup(
        self,
    ) -> ::core::result::Result<HelloHandle, ::fluid::__private::Exit> {
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
        block: impl ::core::ops::FnOnce(HelloHandle) -> BlockFuture,
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
/// The handle of [`Hello`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
#[allow(missing_debug_implementations, dead_code)]
struct HelloHandle {
    __group: ::fluid::__private::GroupHandle,
    greet: ::fluid::__private::WorkerHandle,
    print: ::fluid::__private::WorkerHandle,
}
#[allow(dead_code, private_interfaces)]
impl HelloHandle {
    fn greet(&self) -> &::fluid::__private::WorkerHandle {
        &self.greet
    }
    fn print(&self) -> &::fluid::__private::WorkerHandle {
        &self.print
    }
}
impl ::core::ops::Deref for HelloHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Hello {
    type Message = ::fluid::__private::Nothing;
    type Output = ::fluid::__private::Nothing;
    type Handle = HelloHandle;
    type Slot = HelloHandle;
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
