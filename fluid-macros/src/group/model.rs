//! The model of a group: its declaration as it was written, and the group that was understood.

use std::time::Duration;

use proc_macro2::{Ident, Span};
use syn::{Attribute, Expr, FieldValue, Generics, LitStr, Member, Pat, Token, Type, Visibility};

use crate::control_flow::awaits_or_tries;
use crate::mention::uses;
use crate::option::Settings;
use crate::words::{Arrow, Keyword};

/// The declaration, as far as it could be read.
pub(crate) struct Declaration {
    pub(crate) header: Header,
    pub(crate) statements: Vec<Statement>,
    /// Whether every edge could be read.
    pub(crate) whole: bool,
}

/// The group, as far as it was understood.
pub(crate) struct Group {
    pub(crate) header: Header,
    pub(crate) edges: Vec<Edge>,
    pub(crate) callbacks: Vec<Callback>,
    /// Whether every edge was understood, so that a missing edge is a mistake.
    pub(crate) wired: bool,
}

/// The struct-like head: the name of the group, its resources and its workers.
pub(crate) struct Header {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) settings: Settings,
    pub(crate) vis: Visibility,
    /// The span of `struct`.
    pub(crate) keyword: Span,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) resources: Vec<Resource>,
    pub(crate) fields: Vec<Field>,
    /// The span of the braces around the workers.
    pub(crate) braces: Span,
    /// Whether all of it could be read.
    pub(crate) whole: bool,
}

/// A parameter of the constructor.
pub(crate) struct Resource {
    pub(crate) name: Ident,
    pub(crate) ty: UserType,
    /// The configurations in which something uses the resource: one list of `#[cfg(…)]`s for each user. `None` if
    /// it needs no warning.
    pub(crate) unused_unless: Option<Vec<Vec<Attribute>>>,
    pub(crate) origin: Origin,
}

/// Where a resource comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A parameter of the constructor, which is shared.
    Parameter,
    /// A parameter of the constructor that moves into one worker: `move name: Type`.
    Moved,
    /// A field `name: Ingress<M>`.
    Ingress,
}

/// A worker.
pub(crate) struct Field {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) cfgs: Vec<Attribute>,
    /// Levels of lints, for all that is made of the field.
    pub(crate) lints: Vec<Attribute>,
    pub(crate) settings: Settings,
    /// `pub`: messages may come from outside the group.
    pub(crate) public: Option<Token![pub]>,
    pub(crate) name: Ident,
    pub(crate) ty: UserType,
    pub(crate) made: Made,
}

/// A type that the user wrote, or `None` if it was not understood.
#[derive(Clone)]
pub(crate) struct UserType(pub(crate) Option<Type>);

/// How the worker of a field is made.
pub(crate) enum Made {
    /// `Type`, or `Type { initialisers }`
    Literal(Vec<FieldValue>),
    /// `Type = expression`
    Expression(Expr),
    /// `Ingress<M>`
    Ingress,
}

/// A statement below the head.
pub(crate) enum Statement {
    /// `a => b ~> c`
    Chain(Chain),
    /// `every("30s") => expr`, `on_startup => expr` and similar
    Callback(Callback),
}

/// The first ends of a chain, and its steps.
pub(crate) struct Chain {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) first: Vec<End>,
    pub(crate) steps: Vec<Step>,
}

/// An arrow, the ends to which it leads, and its adapter.
pub(crate) struct Step {
    pub(crate) arrow: Arrow,
    pub(crate) ends: Vec<End>,
    pub(crate) adapter: Option<Expr>,
}

/// One end of an edge.
pub(crate) enum End {
    /// `name`, or `name.port`
    Worker { name: Ident, port: Option<Ident> },
    /// `_`
    Discard(Span),
}

/// Code that the group runs beside its workers.
pub(crate) struct Callback {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) keyword: Keyword,
    /// The span of the keyword.
    pub(crate) span: Span,
    pub(crate) when: When,
    pub(crate) run: Expr,
}

/// When a callback runs.
pub(crate) enum When {
    /// `every("30s", options)` or `after("5s", options)`
    Timer { wait: Wait, settings: Settings },
    /// `on_signal("SIGHUP", options)`
    Signal {
        /// The item of the runtime's `UnixSignal`.
        item: &'static str,
        written: LitStr,
        settings: Settings,
    },
    /// `cron("0 6 * * *", options)`
    Cron { written: LitStr, settings: Settings },
    /// `on_startup` and similar, with the pattern of the exit in `after_shutdown(exit)`
    Hook { exit: Option<Box<Pat>> },
}

/// The period or the delay of a callback.
pub(crate) enum Wait {
    /// `"30s"`
    Literal(Duration, LitStr),
    /// `config.period`
    Expression(Box<Expr>),
}

/// One edge, from a port of one worker to one other worker or to `_`.
///
/// Its ends are indices of fields. If several fields have the same name, each under its own configuration, each of
/// them is an end of an edge of its own.
pub(crate) struct Edge {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) from_field: usize,
    /// `None` is `_`.
    pub(crate) to_field: Option<usize>,
    pub(crate) from: Ident,
    pub(crate) port: Option<Ident>,
    pub(crate) arrow: Arrow,
    pub(crate) adapter: Option<Expr>,
    pub(crate) to: Option<Ident>,
    pub(crate) to_span: Span,
}

impl Header {
    /// Whether other modules may see the group. If so, lints look at its documentation.
    pub(crate) fn is_public(&self) -> bool {
        !matches!(self.vis, Visibility::Inherited)
    }
}

impl Field {
    /// Whether messages may come from outside the group.
    pub(crate) fn is_open(&self) -> bool {
        self.public.is_some() || matches!(self.made, Made::Ingress)
    }

    /// Whether the worker is built asynchronously, or may fail to be built: its initialisers use `.await` or `?`.
    pub(crate) fn is_async(&self) -> bool {
        match &self.made {
            Made::Literal(values) => values.iter().any(|value| awaits_or_tries(&value.expr)),
            Made::Expression(expr) => awaits_or_tries(expr),
            Made::Ingress => false,
        }
    }

    /// Whether the code that makes the worker uses a resource.
    pub(crate) fn uses(&self, resource: &Resource) -> bool {
        match &self.made {
            Made::Literal(values) => values.iter().any(|value| uses(&value.expr, &resource.name)),
            Made::Expression(expr) => uses(expr, &resource.name),
            Made::Ingress => false,
        }
    }
}

impl Resource {
    pub(crate) fn is_moved(&self) -> bool {
        self.origin == Origin::Moved
    }
}

impl Header {
    /// The resources that move into a worker.
    pub(crate) fn moved(&self) -> impl Iterator<Item = &Resource> {
        self.resources.iter().filter(|resource| resource.is_moved())
    }

    /// What the code that makes workers may use: the resources, and the ingresses of the group.
    pub(crate) fn shared(&self) -> Vec<Resource> {
        let parameters = self.resources.iter().map(|resource| Resource {
            name: resource.name.clone(),
            ty: resource.ty.clone(),
            unused_unless: None,
            origin: resource.origin,
        });
        parameters.chain(self.ingresses()).collect()
    }

    /// The ingresses, as resources of other workers.
    fn ingresses(&self) -> impl Iterator<Item = Resource> {
        let fields = self.fields.iter();
        let ingresses = fields.filter(|field| matches!(field.made, Made::Ingress));
        ingresses.map(|field| Resource {
            name: field.name.clone(),
            ty: field.ty.clone(),
            unused_unless: None,
            origin: Origin::Ingress,
        })
    }
}

/// The name of an initialiser that is written as the shorthand `{ name }`.
pub(crate) fn shorthand(initialiser: &FieldValue) -> Option<&Ident> {
    match (&initialiser.colon_token, &initialiser.member) {
        (None, Member::Named(name)) => Some(name),
        _ => None,
    }
}

impl End {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Worker { name, port: None } => name.span(),
            Self::Worker {
                name,
                port: Some(port),
            } => name.span().join(port.span()).unwrap_or_else(|| port.span()),
            Self::Discard(span) => *span,
        }
    }
}

impl Edge {
    /// Whether it starts at the default port of a field.
    pub(crate) fn starts_at(&self, field: usize) -> bool {
        self.from_field == field && self.port.is_none()
    }

    /// The named port, if it starts at one of a field.
    pub(crate) fn port_of(&self, field: usize) -> Option<&Ident> {
        self.port.as_ref().filter(|_| self.from_field == field)
    }

    pub(crate) fn ends_at(&self, field: usize) -> bool {
        self.to_field == Some(field)
    }

    /// Whether it starts at the same port as `other`.
    pub(crate) fn starts_with(&self, other: &Self) -> bool {
        (self.from_field, &self.port) == (other.from_field, &other.port)
    }

    /// The configurations in which the edge exists: its own, and those of its ends.
    pub(crate) fn all_cfgs<'a>(&'a self, fields: &'a [Field]) -> Vec<&'a Attribute> {
        let ends = [Some(self.from_field), self.to_field];
        let ends = ends.into_iter().flatten().map(|end| &fields[end]);
        let mut cfgs: Vec<_> = self.cfgs.iter().collect();
        cfgs.extend(ends.flat_map(|field| &field.cfgs));
        cfgs
    }

    /// The configurations in which the edge exists if `field`, one of its ends, does.
    pub(crate) fn cfgs_beside<'a>(
        &'a self,
        field: usize,
        fields: &'a [Field],
    ) -> Vec<&'a Attribute> {
        let ends = [Some(self.from_field), self.to_field];
        let others = ends.into_iter().flatten().filter(|end| *end != field);
        let others = others.flat_map(|end| &fields[end].cfgs);
        self.cfgs.iter().chain(others).collect()
    }

    /// The field at which it starts.
    pub(crate) fn start<'a>(&self, fields: &'a [Field]) -> &'a Field {
        &fields[self.from_field]
    }

    /// ``the edge `a.port => b` ``
    pub(crate) fn describe(&self) -> String {
        let port = self.port.as_ref();
        let port = port.map(|port| format!(".{port}")).unwrap_or_default();
        let to = self.to.as_ref().map_or("_".to_owned(), ToString::to_string);
        format!("the edge `{}{port} {} {to}`", self.from, self.arrow.text())
    }
}

/// The fused chains: each a list of edges, from the edge at its head on.
pub(crate) fn fused_chains(edges: &[Edge]) -> Vec<Vec<&Edge>> {
    let fused = || edges.iter().filter(|edge| edge.arrow == Arrow::Fused);
    let from = |field: Option<usize>| fused().find(|edge| Some(edge.from_field) == field);
    let heads = fused().filter(|edge| !fused().any(|other| other.ends_at(edge.from_field)));
    heads
        .map(|head| {
            let chain = std::iter::successors(Some(head), |edge| from(edge.to_field));
            chain.collect()
        })
        .collect()
}

impl Callback {
    /// Whether the code that runs, its time or an option uses a resource.
    pub(crate) fn uses(&self, resource: &Resource) -> bool {
        let in_time = match &self.when {
            When::Timer { wait, settings } => {
                settings.mention(&resource.name)
                    || matches!(wait, Wait::Expression(expr) if uses(expr, &resource.name))
            }
            When::Signal { settings, .. } | When::Cron { settings, .. } => {
                settings.mention(&resource.name)
            }
            When::Hook { .. } => false,
        };
        in_time || uses(&self.run, &resource.name)
    }
}
