//! The graph of a group as a constant. `workers!` creates it, and all pictures are drawn from it.

mod dot;
#[cfg(feature = "svg")]
mod layout;
pub(crate) mod levels;
mod mermaid;
#[cfg(test)]
mod sample;
#[cfg(feature = "svg")]
mod svg;
mod text;
mod walk;

use crate::options::Options;

/// The declaration of a group: its workers, edges and callbacks. `workers!` generates one for each group, as the
/// associated constant `GRAPH`.
///
/// `{}` prints the graph as a tree of text. [`mermaid`](Self::mermaid), [`dot`](Self::dot), and with the feature `svg`
/// [`svg`](Self::svg), draw it.
///
/// ```
/// use fluid::{Options, graph::{EdgeKind, Form, Graph, GraphEdge, GraphWorker, Location}};
///
/// // What `workers!` writes for `pub struct Sensors { poll: Poll, store: Store }` and `poll => store;`.
/// const fn place(line: u32) -> Location {
///     Location { file: "src/main.rs", line }
/// }
/// const fn worker(name: &'static str, type_name: &'static str, line: u32, form: Form) -> GraphWorker {
///     let options = Options::new();
///     GraphWorker { name, type_name, docs: &[], place: place(line), public: false, options, at_run_time: &[], form }
/// }
/// const SENSORS: Graph = Graph {
///     name: "Sensors",
///     type_name: "Sensors",
///     docs: &[],
///     place: place(1),
///     resources: &[],
///     workers: &[
///         worker("poll", "Poll", 2, Form { output: Some("Reading"), ..Form::UNKNOWN }),
///         worker("store", "Store", 3, Form { message: Some("Reading"), ..Form::UNKNOWN }),
///     ],
///     edges: &[GraphEdge {
///         from: "poll",
///         port: None,
///         to: Some("store"),
///         kind: EdgeKind::Queued,
///         adapter: None,
///         place: place(6),
///     }],
///     callbacks: &[],
/// };
///
/// assert_eq!(
///     SENSORS.to_string(),
///     "\
/// Sensors  src/main.rs:1
///
/// poll: Poll
/// └─ Reading ─▶ store: Store",
/// );
/// assert!(SENSORS.mermaid().contains(r#"poll -->|"Reading"| store"#));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Graph {
    /// The group's name at run time.
    pub name: &'static str,
    /// The name of the group's type.
    pub type_name: &'static str,
    /// The documentation of the group, one item for each line.
    pub docs: &'static [&'static str],
    /// The source location of the declaration.
    pub place: Location,
    /// The group's resources, in the order of the constructor's parameters.
    pub resources: &'static [GraphResource],
    /// The workers and nested groups, in the order of their fields.
    pub workers: &'static [GraphWorker],
    /// The edges, in the order in which they are written.
    pub edges: &'static [GraphEdge],
    /// The callbacks and hooks, in the order in which they are written.
    pub callbacks: &'static [GraphCallback],
}

impl Graph {
    /// A graph without workers, which is declared where this is called.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, type_name: &'static str) -> Self {
        Self {
            name,
            type_name,
            docs: &[],
            place: Location::here(),
            resources: &[],
            workers: &[],
            edges: &[],
            callbacks: &[],
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn docs(mut self, docs: &'static [&'static str]) -> Self {
        self.docs = docs;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn resources(mut self, resources: &'static [GraphResource]) -> Self {
        self.resources = resources;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn workers(mut self, workers: &'static [GraphWorker]) -> Self {
        self.workers = workers;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn edges(mut self, edges: &'static [GraphEdge]) -> Self {
        self.edges = edges;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn callbacks(mut self, callbacks: &'static [GraphCallback]) -> Self {
        self.callbacks = callbacks;
        self
    }
}

/// A location in a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The path of the file, as the compiler reports it.
    pub file: &'static str,
    /// The line number; the first line is 1.
    pub line: u32,
}

/// A resource of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphResource {
    /// The name of the resource.
    pub name: &'static str,
    /// The type as written in the declaration.
    pub type_name: &'static str,
}

/// A worker of a group, or a nested group.
#[derive(Clone, Copy, Debug)]
pub struct GraphWorker {
    /// The name of the field.
    pub name: &'static str,
    /// The type as written in the declaration.
    pub type_name: &'static str,
    /// The documentation of the field, one item for each line.
    pub docs: &'static [&'static str],
    /// The source location of the field.
    pub place: Location,
    /// Whether the field is `pub`, so that messages may be sent from outside the group.
    pub public: bool,
    /// The options of the worker, as far as they are known at compile time.
    pub options: Options,
    /// The names of the options whose values are known only when the group is built. `options` contains the
    /// values of the worker's type in their place.
    pub at_run_time: &'static [&'static str],
    /// What the worker's type declares about itself.
    pub form: Form,
}

/// What a worker type declares about itself. For a worker that a macro made, all fields are known. For a worker
/// written by hand, [`Worker::FORM`](crate::Worker::FORM) declares them. For a nested group, `group` holds its
/// graph.
///
/// ```
/// use fluid::graph::Form;
///
/// const FORM: Form = Form::UNKNOWN.docs(&["Parses lines."]).message("String").output("Entry");
///
/// assert_eq!(FORM.message, Some("String"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// The name of the function from which a macro made the worker. A worker that runs standalone gets this name.
    pub name: Option<&'static str>,
    /// The documentation of the type, one item for each line.
    pub docs: &'static [&'static str],
    /// The type of the consumed messages, as written. `None` if the worker is no consumer or the type is not known.
    pub message: Option<&'static str>,
    /// The type of the output, as written. `None` if the worker has no output or the type is not known.
    pub output: Option<&'static str>,
    /// The named ports: the name of each, and the type of its messages.
    pub ports: &'static [(&'static str, &'static str)],
    /// The graph of a nested group.
    pub group: Option<&'static Graph>,
}

impl Form {
    /// The form of a worker type that declares nothing.
    pub const UNKNOWN: Self = Self {
        name: None,
        docs: &[],
        message: None,
        output: None,
        ports: &[],
        group: None,
    };

    /// The form of a worker that was made from the function `name`.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        let mut form = Self::UNKNOWN;
        form.name = Some(name);
        form
    }

    /// The form of a group.
    #[doc(hidden)]
    #[must_use]
    pub const fn of_group(graph: &'static Graph) -> Self {
        let mut form = Self::UNKNOWN.docs(graph.docs);
        form.group = Some(graph);
        form
    }

    /// Sets the documentation.
    #[must_use]
    pub const fn docs(mut self, docs: &'static [&'static str]) -> Self {
        self.docs = docs;
        self
    }

    /// Sets the type of the consumed messages.
    #[must_use]
    pub const fn message(mut self, message: &'static str) -> Self {
        self.message = Some(message);
        self
    }

    /// Sets the type of the output.
    #[must_use]
    pub const fn output(mut self, output: &'static str) -> Self {
        self.output = Some(output);
        self
    }

    /// Sets the named ports.
    #[must_use]
    pub const fn ports(mut self, ports: &'static [(&'static str, &'static str)]) -> Self {
        self.ports = ports;
        self
    }
}

/// An edge of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphEdge {
    /// The name of the worker that emits.
    pub from: &'static str,
    /// The named port, or `None` for the default port.
    pub port: Option<&'static str>,
    /// The name of the worker that consumes, or `None` if the output is discarded.
    pub to: Option<&'static str>,
    /// How messages are passed over the edge.
    pub kind: EdgeKind,
    /// The adapter that converts the messages, as written.
    pub adapter: Option<&'static str>,
    /// The source location of the edge.
    pub place: Location,
}

/// How messages are passed over an edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EdgeKind {
    /// `=>`: through the queue of the consumer.
    #[default]
    Queued,
    /// `->`: by a call in the task of the emitting worker.
    Fused,
    /// `~>`: through the queue of the consumer, without waiting for room.
    Feedback,
}

/// A callback or a hook of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphCallback {
    /// When the callback runs, as written: `every "30s"`, `every config.period`,
    /// `on_shutdown`.
    pub when: &'static str,
    /// The code that runs, as written.
    pub run: &'static str,
    /// The source location of the callback.
    pub place: Location,
}

/// A list that is built at compile time. Items may be excluded by `cfg`, so fewer than `N` may be set. The items
/// that are set come first.
#[doc(hidden)]
#[derive(Debug)]
pub struct List<T: 'static, const N: usize> {
    items: [T; N],
    len: usize,
}

impl<T: Copy, const N: usize> List<T, N> {
    /// An empty list with room for `N` items. Unused places hold `filler`.
    pub const fn new(filler: T) -> Self {
        Self {
            items: [filler; N],
            len: 0,
        }
    }

    /// Appends an item.
    #[must_use]
    pub const fn with(mut self, item: T) -> Self {
        self.items[self.len] = item;
        self.len += 1;
        self
    }

    /// The items that were appended.
    pub const fn items(&self) -> &[T] {
        self.items.split_at(self.len).0
    }
}

impl GraphResource {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, type_name: &'static str) -> Self {
        Self { name, type_name }
    }
}

impl GraphWorker {
    /// The filler of a [`List`] of workers.
    #[doc(hidden)]
    pub const NONE: Self = Self {
        name: "",
        type_name: "",
        docs: &[],
        place: Location::NONE,
        public: false,
        options: Options::new(),
        at_run_time: &[],
        form: Form::UNKNOWN,
    };

    /// Sets the documentation of the field.
    #[doc(hidden)]
    #[must_use]
    pub const fn docs(mut self, docs: &'static [&'static str]) -> Self {
        self.docs = docs;
        self
    }

    /// Marks the worker as `pub`.
    #[doc(hidden)]
    #[must_use]
    pub const fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// Sets the options.
    #[doc(hidden)]
    #[must_use]
    pub const fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Sets the names of the options whose values are known only when the group is built.
    #[doc(hidden)]
    #[must_use]
    pub const fn at_run_time(mut self, names: &'static [&'static str]) -> Self {
        self.at_run_time = names;
        self
    }
}

impl GraphEdge {
    /// The filler of a [`List`] of edges.
    #[doc(hidden)]
    pub const NONE: Self = Self {
        from: "",
        port: None,
        to: None,
        kind: EdgeKind::Queued,
        adapter: None,
        place: Location::NONE,
    };

    /// A queued edge between two workers. Its location is that of the caller.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn new(from: &'static str, to: &'static str) -> Self {
        let mut edge = Self::discard(from);
        edge.to = Some(to);
        edge
    }

    /// An edge that discards the output of `from`. Its location is that of the caller.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn discard(from: &'static str) -> Self {
        Self {
            from,
            place: Location::here(),
            ..Self::NONE
        }
    }

    /// Sets the named port at which the edge starts.
    #[doc(hidden)]
    #[must_use]
    pub const fn port(mut self, port: &'static str) -> Self {
        self.port = Some(port);
        self
    }

    /// Sets how messages are passed.
    #[doc(hidden)]
    #[must_use]
    pub const fn kind(mut self, kind: EdgeKind) -> Self {
        self.kind = kind;
        self
    }

    /// Sets the adapter.
    #[doc(hidden)]
    #[must_use]
    pub const fn adapter(mut self, adapter: &'static str) -> Self {
        self.adapter = Some(adapter);
        self
    }
}

impl GraphCallback {
    /// The filler of a [`List`] of callbacks.
    #[doc(hidden)]
    pub const NONE: Self = Self {
        when: "",
        run: "",
        place: Location::NONE,
    };

    /// A callback. Its location is that of the caller.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn new(when: &'static str, run: &'static str) -> Self {
        let place = Location::here();
        Self { when, run, place }
    }
}

impl Location {
    const NONE: Self = Self { file: "", line: 0 };

    /// The location of the caller.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn here() -> Self {
        let here = std::panic::Location::caller();
        Self {
            file: here.file(),
            line: here.line(),
        }
    }
}
