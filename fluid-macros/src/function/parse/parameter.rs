//! What each parameter of the function is, read from its type alone.

use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    FnArg, GenericArgument, Lifetime, Pat, PatType, PathArguments, Type, TypeImplTrait, TypePath,
    TypeReference,
};

use crate::error::Errors;
use crate::function::Role;
use crate::function::parse::legal;

/// One parameter, as the call of the function is written and the struct is made.
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

/// Reads the parameters. One that cannot be read is reported, and left out.
pub(crate) fn read<'a>(
    role: Role,
    inputs: impl Iterator<Item = &'a FnArg>,
    errors: &mut Errors,
) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    let mut has_message = false;
    for input in inputs {
        let input = match input {
            FnArg::Typed(input) => input,
            FnArg::Receiver(receiver) => {
                let message = format!(
                    "a worker is a function of its own, not a method\n\
                     take what it needs as parameters, as in `{}`",
                    legal(role)
                );
                errors.on(receiver, message);
                continue;
            }
        };
        // The reference of a resource or of state is only the call's.
        let held = match without_parens(&input.ty) {
            Type::Reference(reference) => &reference.elem,
            ty => ty,
        };
        if !is_owned(held, errors) {
            has_message |= !matches!(without_parens(&input.ty), Type::Reference(_));
            continue;
        }
        let is_message = role == Role::Consumer
            && !has_message
            && !matches!(without_parens(&input.ty), Type::Reference(_));
        let parameter = if is_message {
            has_message = true;
            Some(Parameter::Message((*input.ty).clone()))
        } else {
            field(input, errors)
        };
        check_placed(input, errors);
        parameters.extend(parameter);
    }
    parameters
}

/// A parameter that is no message.
fn field(input: &PatType, errors: &mut Errors) -> Option<Parameter> {
    let name = || match &*input.pat {
        Pat::Ident(pat) if pat.subpat.is_none() => Ok(pat.ident.clone()),
        pat => Err(syn::Error::new(
            pat.span(),
            "this parameter becomes a field of the worker, named like it: give it a plain name",
        )),
    };
    match without_parens(&input.ty) {
        Type::Reference(reference) if is_named(&reference.elem, "Context") => {
            if let Some(mutability) = reference.mutability {
                errors.on(mutability, "the context is shared: write `&Context`");
            }
            Some(Parameter::Context)
        }
        Type::Reference(reference) => {
            let name = errors.keep(name())?;
            let inner = without_parens(&reference.elem).clone();
            Some(match port(&inner) {
                Some(message) => {
                    if let Some(mutability) = reference.mutability {
                        errors.on(mutability, "an output port is shared: write `&Output<…>`");
                    }
                    Parameter::Port(name, message)
                }
                None if reference.mutability.is_some() => Parameter::State(name, inner),
                None => Parameter::Resource(name, inner),
            })
        }
        // One that is not taken by reference is a mistake, and nevertheless what it is.
        ty if is_named(ty, "Context") => Some(Parameter::Context),
        ty => {
            let name = errors.keep(name())?;
            Some(match port(ty) {
                Some(message) => Parameter::Port(name, message),
                None => Parameter::Config(name, ty.clone()),
            })
        }
    }
}

/// Reports a context or a port that is not taken by reference.
fn check_placed(input: &PatType, errors: &mut Errors) {
    let ty = &input.ty;
    if is_named(ty, "Context") {
        errors.on(
            ty,
            "the context is the runtime's: take it by reference, `&Context`",
        );
    } else if port(ty).is_some() {
        errors.on(
            ty,
            "a port is the runtime's: take it by reference, `&Output<…>`",
        );
    }
}

/// `dyn A + B` of `(dyn A + B)`, which needs its parentheses only behind a `&`.
pub(crate) fn without_parens(ty: &Type) -> &Type {
    match ty {
        Type::Paren(paren) => without_parens(&paren.elem),
        // What `$ty:ty` of a declarative macro comes in.
        Type::Group(group) => without_parens(&group.elem),
        ty => ty,
    }
}

/// The message type of `Output<T>`.
fn port(ty: &Type) -> Option<Type> {
    only_argument(ty, "Output")
}

/// `T`, if the type is `name<T>`.
pub(crate) fn only_argument(ty: &Type, name: &str) -> Option<Type> {
    let Type::Path(TypePath {
        qself: None, path, ..
    }) = ty
    else {
        return None;
    };
    let segment = path
        .segments
        .last()
        .filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(ty)) if arguments.args.len() == 1 => Some(ty.clone()),
        _ => None,
    }
}

/// Whether the type's last part is `name`, without arguments.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    let Type::Path(TypePath {
        qself: None, path, ..
    }) = ty
    else {
        return false;
    };
    path.segments
        .last()
        .is_some_and(|last| last.ident == name && last.arguments.is_empty())
}

/// Whether nothing in a type is borrowed. Reports what is: a worker lives as long as it likes.
pub(crate) fn is_owned(ty: &Type, errors: &mut Errors) -> bool {
    let mistakes = errors.count();
    Borrows(errors).visit_type(ty);
    errors.count() == mistakes
}

struct Borrows<'e>(&'e mut Errors);

impl Visit<'_> for Borrows<'_> {
    fn visit_lifetime(&mut self, lifetime: &Lifetime) {
        if lifetime.ident != "static" {
            let message = "a worker outlives its caller, so this cannot borrow: use an owned type";
            self.0.on(lifetime, message);
        }
    }

    fn visit_type_reference(&mut self, reference: &TypeReference) {
        if reference.lifetime.is_none() {
            let message = "a worker outlives its caller, so this cannot borrow: use an owned type";
            self.0.at(reference.and_token.span(), message);
        }
        visit::visit_type_reference(self, reference);
    }

    fn visit_type_impl_trait(&mut self, ty: &TypeImplTrait) {
        let message = "a worker's types have names\n\
             in the place of `impl` write a type parameter, or return a `Vec` or a type of your own";
        self.0.at(ty.impl_token.span(), message);
    }

    // What a function type borrows is its caller's.
    fn visit_type_fn_ptr(&mut self, _: &syn::TypeFnPtr) {}
    fn visit_parenthesized_generic_arguments(&mut self, _: &syn::ParenthesizedGenericArguments) {}
}
