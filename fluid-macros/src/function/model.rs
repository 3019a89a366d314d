//! The model of a function that is made into a worker.

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Pat, ReturnType, Signature, Type, Visibility};

use crate::option::{Scope, Settings};

/// The attribute on the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Worker,
    Consumer,
}

/// The function as it was written, and the worker that is made of it, as far as both were understood.
pub(crate) struct Worker {
    pub(crate) role: Role,
    pub(crate) settings: Settings,
    pub(crate) vis: Visibility,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) sig: Signature,
    /// The name of the struct.
    pub(crate) name: Ident,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) returns: Returns,
    /// The type of a message, if a call takes a batch of messages.
    pub(crate) batched: Option<Type>,
    /// Whether the whole signature could be read.
    pub(crate) whole: bool,
    /// Whether the function cannot be called, because its signature was not understood or is not that of a worker.
    pub(crate) broken: bool,
}

/// The meaning of one parameter.
pub(crate) enum Parameter {
    /// The message of a consumer.
    Message(Type),
    /// `&Context`
    Context,
    /// `&Output<T>`: the port of this name.
    Port(Ident, Type),
    /// `&T`: a shared resource.
    Resource(Ident, Type),
    /// `&mut T`: state that the worker owns.
    State(Ident, Type),
    /// `T`: configuration.
    Config(Ident, Type),
}

/// The meaning of the return type.
pub(crate) struct Returns {
    pub(crate) many: Many,
    /// The type of what is emitted, if anything is.
    pub(crate) message: Option<Type>,
    /// Whether the function returns a `Result`.
    pub(crate) fallible: bool,
}

/// How many messages one call emits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Many {
    /// `()`
    None,
    /// `T`
    One,
    /// `Option<T>`
    Maybe,
    /// `Vec<T>`
    Each,
    /// `!`
    Never,
}

impl Role {
    pub(crate) const fn scope(self) -> Scope {
        match self {
            Self::Worker => Scope::Worker,
            Self::Consumer => Scope::Consumer,
        }
    }

    pub(crate) const fn attribute(self) -> &'static str {
        match self {
            Self::Worker => "#[worker]",
            Self::Consumer => "#[consumer]",
        }
    }

    /// An example of a signature, for errors.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Worker => "async fn poll(source: &Source) -> Vec<Item>",
            Self::Consumer => "async fn store(item: Item, db: &Db) -> Result<(), Error>",
        }
    }
}

impl Worker {
    /// The name of the function.
    pub(crate) fn function(&self) -> &Ident {
        &self.sig.ident
    }

    pub(crate) fn is_async(&self) -> bool {
        self.sig.asyncness.is_some()
    }

    /// The type of its messages.
    pub(crate) fn message(&self) -> Option<&Type> {
        self.batched.as_ref().or_else(|| self.taken())
    }

    /// The type of what one call takes: a message, or a batch of messages.
    pub(crate) fn taken(&self) -> Option<&Type> {
        self.parameters
            .iter()
            .find_map(|parameter| match parameter {
                Parameter::Message(ty) => Some(ty),
                _ => None,
            })
    }

    /// The name of its first `&mut` parameter.
    pub(crate) fn state(&self) -> Option<&Ident> {
        self.parameters
            .iter()
            .find_map(|parameter| match parameter {
                Parameter::State(name, _) => Some(name),
                _ => None,
            })
    }

    /// Whether it has state, and no key says which messages share a lane.
    pub(crate) fn is_stateful(&self) -> bool {
        self.state().is_some() && self.settings.get("partition_by").is_none()
    }

    /// The configurations under which the parameter of a field stands.
    pub(crate) fn cfgs_of(&self, field: &Ident) -> impl Iterator<Item = &Attribute> {
        let inputs = self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(input) => Some(input),
            FnArg::Receiver(_) => None,
        });
        let named = inputs
            .filter(move |input| matches!(&*input.pat, Pat::Ident(pat) if pat.ident == *field));
        let attrs = named.flat_map(|input| &input.attrs);
        attrs.filter(|attr| attr.path().is_ident("cfg"))
    }

    /// The names and message types of its named ports.
    pub(crate) fn ports(&self) -> impl Iterator<Item = (&Ident, &Type)> {
        self.parameters
            .iter()
            .filter_map(|parameter| match parameter {
                Parameter::Port(name, message) => Some((name, message)),
                _ => None,
            })
    }

    /// The span of errors about the return type.
    pub(crate) fn returns_span(&self) -> Span {
        match &self.sig.output {
            ReturnType::Default => self.sig.ident.span(),
            ReturnType::Type(_, ty) => ty.span(),
        }
    }
}

impl Parameter {
    /// The type that is written in the parameter, without its reference.
    pub(crate) fn ty(&self) -> Option<&Type> {
        match self {
            Self::Context => None,
            Self::Message(ty)
            | Self::Port(_, ty)
            | Self::Resource(_, ty)
            | Self::State(_, ty)
            | Self::Config(_, ty) => Some(ty),
        }
    }
}
