//! The rules over the whole function. What breaks one is reported, and the rest goes on.

use heck::ToUpperCamelCase;
use proc_macro2::{Ident, Spacing, Span, TokenTree};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Generics, ReturnType, Signature, Type, Visibility};

use crate::error::Errors;
use crate::function::Role;
use crate::function::item::{Function, legal};
use crate::function::parameter::{self, Parameter};
use crate::function::returns::{self, Returns};
use crate::function::{generics, lanes};
use crate::option::Settings;

/// The most named ports that the runtime's tuples have room for.
const MOST_PORTS: usize = 8;

/// The worker, as far as it was understood.
pub(crate) struct Worker {
    pub(crate) role: Role,
    /// The function's name.
    pub(crate) function: Ident,
    /// The struct's name.
    pub(crate) name: Ident,
    pub(crate) vis: Visibility,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) generics: Generics,
    /// The type parameters that no field mentions.
    pub(crate) phantoms: Vec<Ident>,
    pub(crate) parameters: Vec<Parameter>,
    /// The type of a message, if a call takes a batch of them.
    pub(crate) batched: Option<Type>,
    pub(crate) returns: Returns,
    /// Where an error about what is returned belongs.
    pub(crate) returns_at: Span,
    pub(crate) settings: Settings,
    pub(crate) is_async: bool,
    /// Whether its signature is not what a worker's can be.
    pub(crate) broken: bool,
}

impl Worker {
    /// The type of its messages.
    pub(crate) fn message(&self) -> Option<&Type> {
        self.batched.as_ref().or_else(|| self.taken())
    }

    /// Whether it has state, and nothing says which messages belong to which lane's.
    pub(crate) fn is_stateful(&self) -> bool {
        let has_state = self
            .parameters
            .iter()
            .any(|parameter| matches!(parameter, Parameter::State(..)));
        has_state && self.settings.get("partition_by").is_none()
    }

    /// What one call takes.
    pub(crate) fn taken(&self) -> Option<&Type> {
        self.parameters
            .iter()
            .find_map(|parameter| match parameter {
                Parameter::Message(ty) => Some(ty),
                _ => None,
            })
    }
}

pub(crate) fn check(
    role: Role,
    function: &Function,
    settings: Settings,
    errors: &mut Errors,
) -> Worker {
    let sig = &function.sig;
    let mistakes = errors.count();
    check_kind(role, sig, errors);
    check_async(role, sig, &settings, errors);
    let mut parameters = parameter::read(role, sig.inputs.iter(), errors);
    check_message(role, sig, &parameters, errors);
    check_ports(sig, &mut parameters, errors);
    let mut returns = returns::read(&sig.output);
    let batched = lanes::batched(&settings, &parameters, errors);
    lanes::check_state(&settings, &parameters, errors);
    lanes::check_failed(role, &parameters, errors);
    lanes::check_retry(&settings, sig, &returns, errors);
    if returns
        .message
        .as_ref()
        .is_some_and(|message| !parameter::is_owned(message, errors))
    {
        returns.message = None;
    }
    let generics = generics::of_worker(&sig.generics);
    let is = |name: &'static str| move |attr: &&Attribute| attr.path().is_ident(name);
    Worker {
        role,
        name: struct_name(&sig.ident, errors),
        function: sig.ident.clone(),
        vis: function.vis.clone(),
        docs: function.attrs.iter().filter(is("doc")).cloned().collect(),
        cfgs: function.attrs.iter().filter(is("cfg")).cloned().collect(),
        phantoms: phantoms(&generics, &parameters),
        generics,
        parameters,
        batched,
        returns,
        returns_at: match &sig.output {
            ReturnType::Default => sig.ident.span(),
            ReturnType::Type(_, ty) => ty.span(),
        },
        settings,
        is_async: sig.asyncness.is_some(),
        broken: errors.count() > mistakes,
    }
}

fn struct_name(function: &Ident, errors: &mut Errors) -> Ident {
    let name = function.unraw().to_string().to_upper_camel_case();
    let name = if name == "Self" {
        // The one word that a function's name can become and a struct's cannot be.
        "Self_".to_owned()
    } else if !name.starts_with(|c: char| c.is_ascii_uppercase())
        && syn::parse_str::<Ident>(&name).is_err()
    {
        let message = format!(
            "the worker is named after its function, and of `{function}` no name is left\n\
             let the function's name begin with a letter"
        );
        errors.at(function.span(), message);
        format!("Worker_{name}")
    } else {
        name
    };
    format_ident!("{name}", span = function.span())
}

/// A worker's function is a safe Rust function that is called at run time.
fn check_kind(role: Role, sig: &Signature, errors: &mut Errors) {
    let mut refuse = |tokens: &dyn ToTokens, what: &str| {
        let message = format!("a worker's function is not {what}: write `{}`", legal(role));
        errors.on(tokens.to_token_stream(), message);
    };
    if let Some(constness) = &sig.constness {
        refuse(constness, "`const`");
    }
    if let syn::Safety::Unsafe(token) = &sig.safety {
        refuse(token, "`unsafe`");
    }
    if let Some(abi) = &sig.abi {
        refuse(abi, "`extern`");
    }
    if let Some(variadic) = &sig.variadic {
        refuse(variadic, "variadic");
    }
}

fn check_async(role: Role, sig: &Signature, settings: &Settings, errors: &mut Errors) {
    match (sig.asyncness.is_some(), settings.get("blocking")) {
        (false, None) => {
            let attribute = role.attribute().trim_end_matches(']');
            let message = format!(
                "a worker's function is `async`\n\
                 write `async fn`, or `{attribute}(blocking)]` if it blocks its thread"
            );
            errors.at(sig.fn_token.span(), message);
        }
        (true, Some(blocking)) => {
            let message = "an `async` function must not block: take away `blocking`, or `async`";
            errors.at(blocking.span, message);
        }
        (false, Some(_)) => {
            if let Some(timeout) = settings.get("timeout") {
                errors.at(timeout.span, BLOCKING_TIMEOUT);
            }
        }
        (true, None) => {}
    }
}

/// Why `timeout` and `blocking` do not go together.
pub(crate) const BLOCKING_TIMEOUT: &str = "`timeout` cannot end a `blocking` function: nothing can end what blocks a thread\n\
     give what it waits for a time limit of its own";

fn check_message(role: Role, sig: &Signature, parameters: &[Parameter], errors: &mut Errors) {
    let has_message = parameters
        .iter()
        .any(|p| matches!(p, Parameter::Message(_)));
    let has_receiver = sig.receiver().is_some();
    let any = sig.inputs.iter().filter_map(|input| match input {
        syn::FnArg::Typed(input) => Some(&*input.ty),
        syn::FnArg::Receiver(_) => None,
    });
    let takes_none = any.clone().all(|ty| matches!(ty, Type::Reference(_)));
    if role == Role::Consumer && !has_message && !has_receiver && takes_none {
        let message = format!(
            "a consumer takes its message by value, as in `{}`\n\
             if it takes none, it is a `#[worker]`",
            legal(role)
        );
        errors.at(sig.paren_token.span.join(), message);
    }
}

fn check_ports(sig: &Signature, parameters: &mut Vec<Parameter>, errors: &mut Errors) {
    let ports = parameters
        .iter()
        .filter(|p| matches!(p, Parameter::Port(..)))
        .count();
    if ports > MOST_PORTS {
        let message = format!(
            "a worker has at most {MOST_PORTS} named ports, and this one has {ports}\n\
             send an enum through one port instead"
        );
        errors.at(sig.paren_token.span.join(), message);
        let mut room = MOST_PORTS;
        parameters.retain(|parameter| {
            let is_port = matches!(parameter, Parameter::Port(..));
            let fits = !is_port || room > 0;
            room -= usize::from(is_port && fits);
            fits
        });
    }
}

/// The type parameters that no field mentions, and which the struct must mention nevertheless.
fn phantoms(generics: &Generics, parameters: &[Parameter]) -> Vec<Ident> {
    let fields = parameters.iter().filter_map(|parameter| match parameter {
        Parameter::Resource(_, ty) | Parameter::State(_, ty) | Parameter::Config(_, ty) => Some(ty),
        Parameter::Message(_) | Parameter::Context | Parameter::Port(..) => None,
    });
    let fields: Vec<_> = fields.map(ToTokens::to_token_stream).collect();
    let mentioned = |name: &Ident| fields.iter().any(|field| mentions(field, name));
    let names = generics.type_params().map(|param| param.ident.clone());
    names.filter(|name| !mentioned(name)).collect()
}

/// Whether `name` stands anywhere in `tokens`.
pub(crate) fn mentions(tokens: &proc_macro2::TokenStream, name: &Ident) -> bool {
    let mut after_dot = false;
    tokens.clone().into_iter().any(|token| {
        // What follows a single dot is a field or a method, called as it likes.
        let is_member = std::mem::replace(&mut after_dot, is_dot(&token));
        match token {
            TokenTree::Ident(ident) => ident == *name && !is_member,
            TokenTree::Group(group) => mentions(&group.stream(), name),
            _ => false,
        }
    })
}

fn is_dot(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.' && punct.spacing() == Spacing::Alone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_whose_name_gives_no_struct_name_is_refused() {
        for (function, expected) in [
            ("poll_ticks", Some("PollTicks")),
            ("r#async", Some("Async")),
            ("self_", Some("Self_")),
            ("__", None),
            ("_1", None),
        ] {
            let mut errors = Errors::default();
            let function: Ident = syn::parse_str(function).expect("a name");
            let name = struct_name(&function, &mut errors).to_string();
            assert_eq!(
                (errors.count() == 0).then_some(name.as_str()),
                expected,
                "{function}"
            );
        }
    }
}
