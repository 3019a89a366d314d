//! The rule that a worker borrows nothing: it outlives its caller.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Lifetime, Type, TypeImplTrait, TypeReference};

use crate::error::Errors;

/// Whether a type borrows nothing. Each borrow in it is reported.
pub(super) fn is_owned(ty: &Type, errors: &mut Errors) -> bool {
    let mistakes = errors.count();
    Borrows(errors).visit_type(ty);
    errors.count() == mistakes
}

struct Borrows<'e>(&'e mut Errors);

const BORROWS: &str = "a worker outlives its caller, so this cannot borrow: use an owned type";

impl Visit<'_> for Borrows<'_> {
    fn visit_lifetime(&mut self, lifetime: &Lifetime) {
        if lifetime.ident != "static" {
            self.0.on(lifetime, BORROWS);
        }
    }

    fn visit_type_reference(&mut self, reference: &TypeReference) {
        if reference.lifetime.is_none() {
            self.0.at(reference.and_token.span(), BORROWS);
        }
        visit::visit_type_reference(self, reference);
    }

    fn visit_type_impl_trait(&mut self, ty: &TypeImplTrait) {
        let message = "a worker's types have names\n\
             in the place of `impl` write a type parameter, or return a `Vec` or a type of your own";
        self.0.at(ty.impl_token.span(), message);
    }

    // The types in a function type are borrowed by a call of that function.
    fn visit_type_fn_ptr(&mut self, _: &syn::TypeFnPtr) {}
    fn visit_parenthesized_generic_arguments(&mut self, _: &syn::ParenthesizedGenericArguments) {}
}
