//! The shape of a type, as it is written: `name`, `name<T>`, and parentheses around a type.

use syn::{GenericArgument, PathArguments, Type, TypePath};

/// `dyn A + B` of `(dyn A + B)`. A type needs parentheses only behind `&`.
pub(super) fn without_parens(ty: &Type) -> &Type {
    match ty {
        Type::Paren(paren) => without_parens(&paren.elem),
        // The invisible group around `$ty:ty` of a declarative macro.
        Type::Group(group) => without_parens(&group.elem),
        ty => ty,
    }
}

/// `T`, if the type is `name<T>`.
pub(super) fn only_argument(ty: &Type, name: &str) -> Option<Type> {
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

/// Whether the type is `name`, with or without a path before it, and without arguments.
pub(super) fn is_named(ty: &Type, name: &str) -> bool {
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

/// Whether a parameter of this type is taken by value. A `&'static T` is one: it borrows from no worker.
pub(super) fn is_value(ty: &Type) -> bool {
    match without_parens(ty) {
        Type::Reference(reference) => {
            let lifetime = reference.lifetime.as_ref();
            reference.mutability.is_none() && lifetime.is_some_and(|it| it.ident == "static")
        }
        _ => true,
    }
}
