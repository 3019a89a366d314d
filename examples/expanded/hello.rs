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
    type Input = ::fluid::__private::PerBeat;
    type Emission = ::core::option::Option<String>;
    const OPTIONS: ::fluid::__private::Options = ::fluid::__private::Options::new()
        .heartbeat(::core::time::Duration::from_secs(1));
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("greet")
        .docs(&["Greets each second."])
        .output("String");
    fn call(
        &mut self,
        (): (),
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::__private::emits_one(
            greet(::fluid::rule::IsConfiguration::configuration(&self.name)),
        )
    }
}
/// Prints each message.
async fn print(line: String) {
    println!("{line}");
}
/// Prints each message.
struct Print;
impl ::fluid::__private::Function for Print {
    type Input = ::fluid::__private::PerMessage<String>;
    type Emission = ::fluid::__private::Silent;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::named("print")
        .docs(&["Prints each message."])
        .message("String");
    fn call(
        &mut self,
        message: String,
        _: &::fluid::__private::Context,
        _: &(),
    ) -> impl ::fluid::__private::Call<Self> {
        ::fluid::rule::IsMessage::message(&message);
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
struct Hello(::fluid::__private::Declared<HelloHandle>);
impl ::core::ops::Deref for Hello {
    type Target = HelloHandle;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
impl Hello {
    /// Makes the group. It does nothing until it is started; messages may be sent already.
    #[allow(unused_imports, unused_mut)]
    fn new(name: impl ::core::convert::Into<::fluid::__private::Arc<String>>) -> Self {
        use ::fluid::__private::MemberSlot as _;
        use ::fluid::rule::{HasNoPorts as _, HasNoSlot as _, HasProperties as _};
        let name = ::fluid::__private::resource::<String>(name);
        let mut __workers = ::fluid::__private::Workers::new("hello");
        let greet = <Greet as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_from(&mut __workers, "greet", &name, Self::__make_greet);
        let print = <Print as ::fluid::rule::IsWorker<_>>::MEMBER
            .add_made(&mut __workers, "print", Self::__make_print);
        ::fluid::rule::IsConsumedBy::connect(
            ::fluid::rule::RULE,
            &mut __workers,
            ::fluid::rule::StartsEdge::<Greet, _>::start(greet.start_of_edge()),
            ::fluid::rule::EndsEdge::<Print, _>::end(print.end_of_edge()),
        );
        ::fluid::rule::NeedsNoFeeding::<
            Greet,
            _,
        >::fed_by_nothing(greet.message_type(), greet.consumption());
        <Greet>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        ::fluid::rule::NeedsNoEdge::<
            Print,
            _,
        >::feeds_nothing(print.output_type(), print.emission());
        <Print>::every_port_leads_somewhere(::fluid::rule::NoEdges);
        let __handle = HelloHandle {
            __group: __workers.handle(),
            greet: greet.worker_handle(),
            print: print.worker_handle(),
        };
        Self(::fluid::__private::Declared::new(__workers, __handle))
    }
    fn __make_greet(name: &::fluid::__private::Arc<String>) -> Greet {
        Greet {
            name: ::fluid::rule::Share::share(name),
        }
    }
    fn __make_print() -> Print {
        Print {}
    }
    ::fluid::__private::start_methods!(self -> HelloHandle);
    /// The graph of the group, from which its pictures are drawn.
    const GRAPH: ::fluid::__private::Graph = ::fluid::__private::Graph::new(
            "hello",
            "Hello",
        )
        .resources(&[::fluid::__private::GraphResource::new("name", "String")])
        .workers(
            &[
                <Greet as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("greet", "Greet"),
                <Print as ::fluid::rule::IsWorker<_>>::MEMBER.in_graph("print", "Print"),
            ],
        )
        .edges(&[::fluid::__private::GraphEdge::new("greet", "print")]);
}
/// The handle of [`Hello`]: one accessor for each worker.
#[derive(::core::clone::Clone)]
struct HelloHandle {
    __group: ::fluid::__private::GroupHandle,
    greet: ::fluid::__private::WorkerHandle,
    print: ::fluid::__private::WorkerHandle,
}
#[allow(dead_code)]
impl HelloHandle {
    fn greet(&self) -> &::fluid::__private::WorkerHandle {
        &self.greet
    }
    fn print(&self) -> &::fluid::__private::WorkerHandle {
        &self.print
    }
}
impl ::core::fmt::Debug for HelloHandle {
    fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.__group, __f)
    }
}
impl ::core::ops::Deref for HelloHandle {
    type Target = ::fluid::__private::GroupHandle;
    fn deref(&self) -> &Self::Target {
        &self.__group
    }
}
impl ::fluid::__private::Member for Hello {
    type Slot = HelloHandle;
    const FORM: ::fluid::__private::Form = ::fluid::__private::Form::of_group(
        &Self::GRAPH,
    );
    fn into_member(self) -> ::fluid::__private::Declared<HelloHandle> {
        self.0
    }
}
