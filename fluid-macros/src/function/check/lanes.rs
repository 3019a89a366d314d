//! The rules of consumers that handle several messages at a time, in lanes or in batches.

use syn::spanned::Spanned;
use syn::{ReturnType, Type};

use crate::error::Errors;
use crate::function::model::{Role, Worker};
use crate::function::shape::{only_argument, without_parens};
use crate::text::text;
use crate::words::{FAILED, UNDELIVERED};

/// The type of a message, if a call takes a batch of messages.
pub(super) fn batched(worker: &Worker, errors: &mut Errors) -> Option<Type> {
    worker.settings.get("batch")?;
    let ty = worker.taken()?;
    let message = only_argument(without_parens(ty), "Vec");
    if message.is_none() {
        let written = text(ty);
        let message = format!("`batch` needs a `Vec` of messages here: write `Vec<{written}>`");
        errors.on(ty, message);
    }
    message
}

/// Each lane has its own state, so a key must say which messages share a lane.
pub(super) fn check_state(worker: &Worker, errors: &mut Errors) {
    if let Some(concurrency) = worker.settings.get("concurrency")
        && let Some(state) = worker.state()
        && worker.is_stateful()
    {
        let message = format!(
            "`concurrency` needs `partition_by` here: each lane has its own `{state}`, and a message could \
             go to any lane\n\
             say which messages belong together: `partition_by = |message| message.key`"
        );
        errors.at(concurrency.span, message);
    }
}

/// Every consumer has the ports `failed` and `undelivered`.
pub(super) fn check_ports(worker: &Worker, errors: &mut Errors) {
    for (name, _) in worker.ports().filter(|_| worker.role == Role::Consumer) {
        let messages = match &*name.to_string() {
            FAILED => "messages whose last attempt failed",
            UNDELIVERED => "messages that were not handled before its end",
            _ => continue,
        };
        let message = format!(
            "every consumer has a port `{name}`, for {messages}\n\
             choose another name for this one"
        );
        errors.at(name.span(), message);
    }
}

/// A function that cannot fail is never retried.
pub(super) fn check_retry(worker: &Worker, errors: &mut Errors) {
    if let Some(retry_if) = worker.settings.get("retry_if")
        && !worker.returns.fallible
    {
        let at = match &worker.sig.output {
            ReturnType::Default => retry_if.span,
            ReturnType::Type(_, ty) => ty.span(),
        };
        let message = "`retry_if` looks at an error, and this function returns none\n\
             let it return a `Result`, or leave `retry_if` out";
        errors.at(at, message);
    }
}
