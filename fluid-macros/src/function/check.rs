//! The rules about a function. A part that breaks a rule is reported, and left out if others depend on it.

mod lanes;
mod owned;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{FnArg, Pat, PatType, Type};

use super::model::{Parameter, Role, Worker};
use super::shape::is_value;
use crate::error::Errors;
use crate::option;
use crate::port::number;

/// The most named ports of a worker: the runtime implements `Ports` for tuples of up to this many.
const MOST_PORTS: usize = 8;

pub(super) fn check(worker: &mut Worker, errors: &mut Errors) {
    option::check(worker.role.scope(), &worker.settings, errors);
    // Other mistakes in the signature may follow from the first one.
    let mut unreported = Errors::default();
    let errors = if worker.whole {
        errors
    } else {
        &mut unreported
    };
    let mistakes = errors.count();
    check_kind(worker, errors);
    check_async(worker, errors);
    check_message(worker, errors);
    check_cfgs(worker, errors);
    check_owned(worker, errors);
    check_ports(worker, errors);
    check_port_numbers(worker, errors);
    worker.batched = lanes::batched(worker, errors);
    lanes::check_state(worker, errors);
    lanes::check_ports(worker, errors);
    lanes::check_retry(worker, errors);
    worker.broken |= errors.count() > mistakes;
}

/// A worker's function is a safe Rust function that is called at run time.
fn check_kind(worker: &Worker, errors: &mut Errors) {
    let sig = &worker.sig;
    let mut refuse = |tokens: &dyn ToTokens, what: &str| {
        let example = worker.role.example();
        let message = format!("a worker's function is not {what}: write `{example}`");
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

/// A function either is `async` or has the option `blocking`.
fn check_async(worker: &Worker, errors: &mut Errors) {
    match (worker.is_async(), worker.settings.get("blocking")) {
        (false, None) => {
            let attribute = worker.role.attribute().trim_end_matches(']');
            let message = format!(
                "a worker's function is `async`\n\
                 write `async fn`, or `{attribute}(blocking)]` if it blocks its thread"
            );
            errors.at(worker.sig.fn_token.span, message);
        }
        (true, Some(blocking)) => {
            let message = "an `async` function must not block: take away `blocking`, or `async`";
            errors.at(blocking.span, message);
        }
        (false, Some(_)) | (true, None) => {}
    }
}

fn check_message(worker: &Worker, errors: &mut Errors) {
    let by_value = worker.sig.inputs.iter().any(|input| match input {
        FnArg::Typed(input) => is_value(&input.ty),
        FnArg::Receiver(_) => true,
    });
    if worker.role == Role::Consumer && worker.taken().is_none() && !by_value {
        let message = format!(
            "a consumer takes its message by value, as in `{}`\n\
             if it takes none, it is a `#[worker]`",
            worker.role.example()
        );
        errors.at(worker.sig.paren_token.span.join(), message);
    }
}

/// `#[cfg]` stands before a parameter that is a field of the worker.
fn check_cfgs(worker: &Worker, errors: &mut Errors) {
    let is_field = |input: &PatType| {
        let Pat::Ident(pat) = &*input.pat else {
            return false;
        };
        worker.parameters.iter().any(|parameter| match parameter {
            Parameter::Resource(name, _)
            | Parameter::State(name, _)
            | Parameter::Config(name, _) => *name == pat.ident,
            Parameter::Message(_) | Parameter::Context | Parameter::Port(..) => false,
        })
    };
    for input in &worker.sig.inputs {
        if let FnArg::Typed(input) = input
            && let Some(cfg) = input.attrs.iter().find(|attr| attr.path().is_ident("cfg"))
            && !is_field(input)
        {
            let message = "`#[cfg(…)]` can stand before a resource, state or configuration\n\
                 for another message or port, write two functions, each under its `#[cfg(…)]`";
            errors.on(cfg, message);
        }
    }
}

/// Leaves out what borrows.
fn check_owned(worker: &mut Worker, errors: &mut Errors) {
    let mut is_owned = |ty: &Type| owned::is_owned(ty, errors);
    let is_kept = |parameter: &Parameter| parameter.ty().is_none_or(&mut is_owned);
    worker.parameters.retain(is_kept);
    worker.returns.message = worker.returns.message.take().filter(is_owned);
}

/// A group finds the ports of a worker by their [numbers](number).
fn check_port_numbers(worker: &Worker, errors: &mut Errors) {
    let ports: Vec<_> = worker.ports().map(|(name, _)| name).collect();
    for (place, port) in ports.iter().enumerate() {
        let same = |other: &&&Ident| number(other).to_string() == number(port).to_string();
        if let Some(other) = ports[..place].iter().find(same) {
            let message = format!(
                "the ports `{other}` and `{port}` cannot be told apart: choose another name\n\
                 fluid compares six digits of a hash of the name, and these are equal"
            );
            errors.at(port.span(), message);
        }
    }
}

fn check_ports(worker: &mut Worker, errors: &mut Errors) {
    let ports = worker.ports().count();
    if ports <= MOST_PORTS {
        return;
    }
    let message = format!(
        "a worker has at most {MOST_PORTS} named ports, and this one has {ports}\n\
         send an enum through one port instead"
    );
    errors.at(worker.sig.paren_token.span.join(), message);
    let mut room = MOST_PORTS;
    worker.parameters.retain(|parameter| {
        let is_port = matches!(parameter, Parameter::Port(..));
        let fits = !is_port || room > 0;
        room -= usize::from(is_port && fits);
        fits
    });
}
