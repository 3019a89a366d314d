//! The items that are made of a group: its struct, its handle, and their implementations.

mod callback;
mod cfg;
mod construct;
mod edge;
mod fused;
mod graph;
mod handle;
mod item;
mod make;
mod name;
mod picture;
mod resource;
mod rules;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::group::model::{Group, UserType};
use name::Names;

pub(super) fn group(group: &Group) -> TokenStream {
    let names = Names::of(&group.header);
    let items = [
        item::struct_(group, &names),
        item::constructor(group, &names),
        handle::handle(&group.header, &names),
        item::member(&group.header, &names),
    ];
    items.into_iter().collect()
}

impl ToTokens for UserType {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.0 {
            Some(ty) => ty.to_tokens(tokens),
            // The compiler accepts everything of this type, so that no second error follows.
            None => tokens.extend(quote!(::fluid::rule::NotUnderstood)),
        }
    }
}
