//! The rules of consumers that take several messages at once, by lanes or in batches.

use syn::spanned::Spanned;
use syn::{ReturnType, Signature, Type};

use crate::error::Errors;
use crate::function::Role;
use crate::function::parse::parameter::{Parameter, only_argument, without_parens};
use crate::function::parse::returns::Returns;
use crate::option::Settings;

/// What one call takes, if it takes a batch: the type of a message.
pub(super) fn batched(
    settings: &Settings,
    parameters: &[Parameter],
    errors: &mut Errors,
) -> Option<Type> {
    settings.get("batch")?;
    let ty = parameters.iter().find_map(|parameter| match parameter {
        Parameter::Message(ty) => Some(ty),
        _ => None,
    })?;
    let message = only_argument(without_parens(ty), "Vec");
    if message.is_none() {
        let written = crate::text::text(ty);
        let message = format!("`batch` needs a `Vec` of messages here: write `Vec<{written}>`");
        errors.on(ty, message);
    }
    message
}

/// State that several lanes have, each for itself, is told apart by a key.
pub(super) fn check_state(settings: &Settings, parameters: &[Parameter], errors: &mut Errors) {
    let Some(concurrency) = settings.get("concurrency") else {
        return;
    };
    let state = parameters.iter().find_map(|parameter| match parameter {
        Parameter::State(name, _) => Some(name),
        _ => None,
    });
    if let Some(state) = state
        && settings.get("partition_by").is_none()
    {
        let message = format!(
            "`concurrency` needs `partition_by` here: each lane has a `{state}` of its own, and a message \
             could meet any of them\n\
             say which messages belong together: `partition_by = |message| message.key`"
        );
        errors.at(concurrency.span, message);
    }
}

/// The port `failed` is every consumer's.
pub(super) fn check_failed(role: Role, parameters: &[Parameter], errors: &mut Errors) {
    for parameter in parameters {
        if let Parameter::Port(name, _) = parameter
            && role == Role::Consumer
            && name == "failed"
        {
            let message = "every consumer has a port `failed`, for the messages it gave up on\n\
                 choose another name for this one";
            errors.at(name.span(), message);
        }
    }
}

/// What never fails is never tried again.
pub(super) fn check_retry(
    settings: &Settings,
    sig: &Signature,
    returns: &Returns,
    errors: &mut Errors,
) {
    if let Some(retry_if) = settings.get("retry_if")
        && !returns.fallible
    {
        let at = match &sig.output {
            ReturnType::Default => retry_if.span,
            ReturnType::Type(_, ty) => ty.span(),
        };
        let message = "`retry_if` looks at an error, and this function returns none\n\
             let it return a `Result`, or leave `retry_if` out";
        errors.at(at, message);
    }
}
