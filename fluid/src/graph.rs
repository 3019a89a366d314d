//! A group's graph, as a constant: what `workers!` read, and what every picture is drawn from.

mod dot;
mod layout;
pub(crate) mod levels;
mod mermaid;
#[cfg(test)]
mod sample;
mod svg;
mod text;
mod walk;

use std::panic::Location;

use crate::options::Options;

/// The whole of a group's declaration: its workers, their edges, its callbacks. `workers!` makes one for
/// each group, as its associated constant `GRAPH`.
///
/// `{}` prints it as a tree of text; [`svg`](Self::svg), [`mermaid`](Self::mermaid) and [`dot`](Self::dot) draw it.
///
/// ```
/// use fluid::{Options, graph::{EdgeKind, Form, Graph, GraphEdge, GraphWorker, Place}};
///
/// // What `workers!` writes for `pub struct Sensors { poll: Poll, store: Store }` and `poll => store;`.
/// const fn place(line: u32) -> Place {
///     Place { file: "src/main.rs", line }
/// }
/// const fn worker(name: &'static str, type_name: &'static str, line: u32, form: Form) -> GraphWorker {
///     let options = Options::new();
///     GraphWorker { name, type_name, docs: &[], place: place(line), public: false, options, form }
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
    /// The name of its type.
    pub type_name: &'static str,
    /// Its documentation, a line each.
    pub docs: &'static [&'static str],
    /// Where it is declared.
    pub place: Place,
    /// Its resources, in the order of the constructor's parameters.
    pub resources: &'static [GraphResource],
    /// Its workers and nested groups, in the order of their fields.
    pub workers: &'static [GraphWorker],
    /// Its edges, in the order in which they were written.
    pub edges: &'static [GraphEdge],
    /// Its callbacks and hooks, in the order in which they were written.
    pub callbacks: &'static [GraphCallback],
}

/// A place in a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as the compiler names it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
}

/// A resource of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphResource {
    /// Its name.
    pub name: &'static str,
    /// Its type, as it was written.
    pub type_name: &'static str,
}

/// A worker of a group, or a group within it.
#[derive(Clone, Copy, Debug)]
pub struct GraphWorker {
    /// The name of its field.
    pub name: &'static str,
    /// Its type, as it was written.
    pub type_name: &'static str,
    /// The documentation of its field, a line each.
    pub docs: &'static [&'static str],
    /// The line of its field.
    pub place: Place,
    /// Whether messages may come from outside the group.
    pub public: bool,
    /// How it runs.
    pub options: Options,
    /// What its type says of itself.
    pub form: Form,
}

/// What a type of worker says of itself: for one that a macro made, all of it; for one written by hand, what
/// its [`Worker::FORM`](crate::Worker::FORM) says; for a group, its own graph.
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
    /// The name of the function of which a macro made it. A worker that is started alone has this name.
    pub name: Option<&'static str>,
    /// Its documentation, a line each.
    pub docs: &'static [&'static str],
    /// The type of its messages, as it was written, if it is a consumer and its type is known.
    pub message: Option<&'static str>,
    /// The type of its output, as it was written, if it has one and its type is known.
    pub output: Option<&'static str>,
    /// Its named ports: the name of each, and the type of its messages.
    pub ports: &'static [(&'static str, &'static str)],
    /// The graph of a nested group.
    pub group: Option<&'static Graph>,
}

impl Form {
    /// Of which nothing is known.
    pub const UNKNOWN: Self = Self {
        name: None,
        docs: &[],
        message: None,
        output: None,
        ports: &[],
        group: None,
    };

    /// The form of a worker that is made of the function `name`.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        let mut form = Self::UNKNOWN;
        form.name = Some(name);
        form
    }

    /// The same, with this documentation.
    #[must_use]
    pub const fn docs(mut self, docs: &'static [&'static str]) -> Self {
        self.docs = docs;
        self
    }

    /// The same, of a consumer of this type of messages.
    #[must_use]
    pub const fn message(mut self, message: &'static str) -> Self {
        self.message = Some(message);
        self
    }

    /// The same, with an output of this type.
    #[must_use]
    pub const fn output(mut self, output: &'static str) -> Self {
        self.output = Some(output);
        self
    }

    /// The same, with these named ports.
    #[must_use]
    pub const fn ports(mut self, ports: &'static [(&'static str, &'static str)]) -> Self {
        self.ports = ports;
        self
    }
}

/// An edge of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphEdge {
    /// The worker that emits.
    pub from: &'static str,
    /// The named port, if it is not the default one.
    pub port: Option<&'static str>,
    /// The worker that consumes, or `None` if the output is thrown away.
    pub to: Option<&'static str>,
    /// How messages go over it.
    pub kind: EdgeKind,
    /// What it makes of them on their way, as it was written.
    pub adapter: Option<&'static str>,
    /// The line on which it stands.
    pub place: Place,
}

/// How messages go over an edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EdgeKind {
    /// `=>`: through the queue of the worker that consumes.
    #[default]
    Queued,
    /// `->`: by a call, in the task of the worker that emits.
    Fused,
    /// `~>`: through the queue, but without waiting for room.
    Feedback,
}

/// A callback or a hook of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphCallback {
    /// When it runs, as it was written: `every "30s"`, `on_shutdown`.
    pub when: &'static str,
    /// What it runs, as it was written.
    pub run: &'static str,
    /// The line on which it stands.
    pub place: Place,
}

/// A list that is made at compile time, some of whose items may be configured away. Those that are
/// there come first.
#[doc(hidden)]
#[derive(Debug)]
pub struct List<T: 'static, const N: usize> {
    items: [T; N],
    len: usize,
}

impl<T: Copy, const N: usize> List<T, N> {
    /// An empty list with room for `N` items, filled with one that stands for nothing.
    pub const fn new(filler: T) -> Self {
        Self {
            items: [filler; N],
            len: 0,
        }
    }

    /// The same list with one item more.
    #[must_use]
    pub const fn with(mut self, item: T) -> Self {
        self.items[self.len] = item;
        self.len += 1;
        self
    }

    /// The items that are there.
    pub const fn items(&self) -> &[T] {
        self.items.split_at(self.len).0
    }
}

impl GraphWorker {
    /// Stands for nothing in a [`List`].
    #[doc(hidden)]
    pub const NONE: Self = Self {
        name: "",
        type_name: "",
        docs: &[],
        place: Place::NONE,
        public: false,
        options: Options::new(),
        form: Form::UNKNOWN,
    };

    /// The same, with this documentation of its field.
    #[doc(hidden)]
    #[must_use]
    pub const fn docs(mut self, docs: &'static [&'static str]) -> Self {
        self.docs = docs;
        self
    }

    /// The same, but messages may come from outside.
    #[doc(hidden)]
    #[must_use]
    pub const fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// The same, but it runs as its field says.
    #[doc(hidden)]
    #[must_use]
    pub const fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }
}

impl GraphEdge {
    /// Stands for nothing in a [`List`].
    #[doc(hidden)]
    pub const NONE: Self = Self {
        from: "",
        port: None,
        to: None,
        kind: EdgeKind::Queued,
        adapter: None,
        place: Place::NONE,
    };

    /// A queued one, between two workers. It stands where this is called.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn new(from: &'static str, to: &'static str) -> Self {
        let mut edge = Self::discard(from);
        edge.to = Some(to);
        edge
    }

    /// One by which an output is thrown away. It stands where this is called.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn discard(from: &'static str) -> Self {
        Self {
            from,
            place: Place::here(),
            ..Self::NONE
        }
    }

    /// The same, but from a named port.
    #[doc(hidden)]
    #[must_use]
    pub const fn port(mut self, port: &'static str) -> Self {
        self.port = Some(port);
        self
    }

    /// The same, but messages go over it in another way.
    #[doc(hidden)]
    #[must_use]
    pub const fn kind(mut self, kind: EdgeKind) -> Self {
        self.kind = kind;
        self
    }

    /// The same, with an adapter.
    #[doc(hidden)]
    #[must_use]
    pub const fn adapter(mut self, adapter: &'static str) -> Self {
        self.adapter = Some(adapter);
        self
    }
}

impl GraphCallback {
    /// Stands for nothing in a [`List`].
    #[doc(hidden)]
    pub const NONE: Self = Self {
        when: "",
        run: "",
        place: Place::NONE,
    };

    /// One that stands where this is called.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn new(when: &'static str, run: &'static str) -> Self {
        let place = Place::here();
        Self { when, run, place }
    }
}

impl Place {
    const NONE: Self = Self { file: "", line: 0 };

    /// Where this is called.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn here() -> Self {
        let here = Location::caller();
        Self {
            file: here.file(),
            line: here.line(),
        }
    }
}
