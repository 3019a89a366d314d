//! The parameters of the function. The type of a parameter decides what it means.

use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::{FnArg, Pat, PatIdent, PatType, Type};

use crate::error::Errors;
use crate::function::model::{Parameter, Role};
use crate::function::shape::{is_named, is_value, only_argument, without_parens};
use crate::text::text;

/// Reads the parameters. A parameter that cannot be read is reported and left out.
pub(super) fn read<'a>(
    role: Role,
    inputs: impl Iterator<Item = &'a FnArg>,
    errors: &mut Errors,
) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    let mut awaits_message = role == Role::Consumer;
    for input in inputs {
        let input = match input {
            FnArg::Typed(input) => input,
            FnArg::Receiver(receiver) => {
                let message = format!(
                    "a worker is a function of its own, not a method\n\
                     take what it needs as parameters, as in `{}`",
                    role.example()
                );
                errors.on(receiver, message);
                continue;
            }
        };
        if is_value(&input.ty) && std::mem::take(&mut awaits_message) {
            parameters.push(Parameter::Message((*input.ty).clone()));
        } else {
            parameters.extend(named(input, errors));
        }
        check_reference(&input.ty, errors);
    }
    parameters
}

/// Reads a parameter that is no message.
fn named(input: &PatType, errors: &mut Errors) -> Option<Parameter> {
    let (ty, reference) = match without_parens(&input.ty) {
        Type::Reference(reference) if !is_value(&input.ty) => {
            (without_parens(&reference.elem), Some(reference))
        }
        ty => (ty, None),
    };
    let mutability = reference.and_then(|reference| reference.mutability);
    if is_named(ty, "Context") {
        if let Some(mutability) = mutability {
            errors.on(mutability, "the context is shared: write `&Context`");
        }
        return Some(Parameter::Context);
    }
    let name = errors.keep(name(&input.pat))?;
    if let Some(message) = port(ty) {
        if let Some(mutability) = mutability {
            errors.on(mutability, "an output port is shared: write `&Output<…>`");
        }
        return Some(Parameter::Port(name, message));
    }
    let ty = ty.clone();
    if let (
        None,
        Pat::Ident(PatIdent {
            mutability: Some(token),
            ..
        }),
    ) = (reference, &*input.pat)
    {
        let message = format!(
            "each call gets a clone of `{name}`, so what a call changes in it is lost\n\
             for state that lasts write `{name}: &mut {}`, and otherwise `let mut {name} = {name};` in the function",
            text(&ty)
        );
        errors.on(token, message);
    }
    Some(match (reference, mutability) {
        (None, _) => Parameter::Config(name, ty),
        (Some(_), None) => Parameter::Resource(name, ty),
        (Some(_), Some(_)) => Parameter::State(name, ty),
    })
}

fn name(pat: &Pat) -> syn::Result<Ident> {
    match pat {
        Pat::Ident(pat) => Ok(pat.ident.clone()),
        pat => Err(syn::Error::new(
            pat.span(),
            "this parameter becomes a field of the worker, named like it: give it a name, as in `point @ Point { x, y }`",
        )),
    }
}

/// Reports a context or a port that is not taken by reference.
fn check_reference(ty: &Type, errors: &mut Errors) {
    if is_named(ty, "Context") {
        let message = "the context is the runtime's: take it by reference, `&Context`";
        errors.on(ty, message);
    } else if port(ty).is_some() {
        let message = "a port is the runtime's: take it by reference, `&Output<…>`";
        errors.on(ty, message);
    }
}

/// The message type of `Output<T>`.
fn port(ty: &Type) -> Option<Type> {
    only_argument(ty, "Output")
}
