//! The generics of a worker: those of its function, without what only a call can know.

use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{
    BoundLifetimes, GenericParam, Generics, Lifetime, LifetimeParam, Token, TypeParamBound,
    WherePredicate, parse_quote,
};

/// The lifetimes of a function are its calls', and calls may have any: what is bound by one must hold for
/// all. Besides, a task needs some things of every type in it.
pub(super) fn of_worker(function: &Generics) -> Generics {
    let lifetimes: Vec<_> = function.lifetimes().map(|p| p.lifetime.clone()).collect();
    let mut generics = function.clone();
    generics.params = function
        .params
        .iter()
        .filter(|param| !matches!(param, GenericParam::Lifetime(_)))
        .cloned()
        .collect();
    for param in generics.type_params_mut() {
        param.bounds = for_every_call(&param.bounds, &lifetimes);
        param.bounds.push(parse_quote!(::core::marker::Send));
        param.bounds.push(parse_quote!(::core::marker::Sync));
        param.bounds.push(parse_quote!('static));
    }
    if let Some(clause) = &mut generics.where_clause {
        let predicates = clause.predicates.iter();
        clause.predicates = predicates
            .filter_map(|predicate| owned(predicate, &lifetimes))
            .collect();
    }
    generics
}

/// `T: Read<'a>` as `T: for<'a> Read<'a>`. That a type outlives a call says nothing: a worker's does.
fn for_every_call(
    bounds: &Punctuated<TypeParamBound, Token![+]>,
    lifetimes: &[Lifetime],
) -> Punctuated<TypeParamBound, Token![+]> {
    let bounds = bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Lifetime(lifetime) if lifetimes.contains(lifetime) => None,
        TypeParamBound::Trait(bound) => {
            let mut bound = bound.clone();
            let used = used(|finder| finder.visit_path(&bound.path), lifetimes);
            bind(&mut bound.lifetimes, used);
            Some(TypeParamBound::Trait(bound))
        }
        bound => Some(bound.clone()),
    });
    bounds.collect()
}

/// A predicate that holds for every call, if it says something of a worker at all.
fn owned(predicate: &WherePredicate, lifetimes: &[Lifetime]) -> Option<WherePredicate> {
    let WherePredicate::Type(predicate) = predicate else {
        return None;
    };
    let mut predicate = predicate.clone();
    let in_type = used(|finder| finder.visit_type(&predicate.bounded_ty), lifetimes);
    if in_type.is_empty() {
        predicate.bounds = for_every_call(&predicate.bounds, lifetimes);
    } else {
        // One `for<…>` for the type and its bounds.
        let outlives = |bound: &TypeParamBound| matches!(bound, TypeParamBound::Lifetime(l) if lifetimes.contains(l));
        let bounds = predicate.bounds.iter().filter(|bound| !outlives(bound));
        predicate.bounds = bounds.cloned().collect();
        let all = used(|finder| finder.visit_predicate_type(&predicate), lifetimes);
        bind(&mut predicate.lifetimes, all);
    }
    (!predicate.bounds.is_empty()).then_some(WherePredicate::Type(predicate))
}

fn bind(bound: &mut Option<BoundLifetimes>, lifetimes: Vec<Lifetime>) {
    if lifetimes.is_empty() {
        return;
    }
    let bound = bound.get_or_insert_with(|| parse_quote!(for<>));
    let params = lifetimes.into_iter().map(LifetimeParam::new);
    bound.lifetimes.extend(params.map(GenericParam::Lifetime));
}

/// Those of `lifetimes` that stand in what is visited, each once.
fn used(visit: impl FnOnce(&mut Finder<'_>), lifetimes: &[Lifetime]) -> Vec<Lifetime> {
    let mut finder = Finder {
        lifetimes,
        found: Vec::new(),
    };
    visit(&mut finder);
    finder.found
}

struct Finder<'l> {
    lifetimes: &'l [Lifetime],
    found: Vec<Lifetime>,
}

impl Visit<'_> for Finder<'_> {
    fn visit_lifetime(&mut self, lifetime: &Lifetime) {
        if self.lifetimes.contains(lifetime) && !self.found.contains(lifetime) {
            self.found.push(lifetime.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;
    use syn::Signature;

    use super::*;

    #[test]
    fn a_lifetime_of_the_call_becomes_higher_ranked() {
        for (function, expected) in [
            ("fn f<'a, T: Read<'a> + 'a>()", "T : for < 'a > Read < 'a >"),
            (
                "fn f<'a, T: for<'b> Fn(&'b u8) -> u8>()",
                "T : for < 'b > Fn (& 'b u8) -> u8",
            ),
        ] {
            let sig: Signature = syn::parse_str(function).unwrap();
            let generics = of_worker(&sig.generics);
            let text = generics.params.to_token_stream().to_string();
            assert!(text.starts_with(expected), "{function}: {text}");
        }
        for (function, expected) in [
            (
                "fn f<'a, T>() where T: Read<'a>",
                "where T : for < 'a > Read < 'a >",
            ),
            (
                "fn f<'a, T>() where &'a T: IntoIterator<Item = &'a u8> + 'a",
                "where for < 'a > & 'a T : IntoIterator < Item = & 'a u8 >",
            ),
            ("fn f<'a, 'b: 'a, T>() where 'b: 'a, T: 'a", ""),
        ] {
            // A where clause stands behind the parentheses.
            let sig: Signature = syn::parse_str(function).unwrap();
            let generics = of_worker(&sig.generics);
            let text = generics.where_clause.to_token_stream().to_string();
            assert_eq!(text, expected, "{function}");
        }
    }
}
