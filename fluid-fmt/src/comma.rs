//! Where an item of a list ends. A comma in the generics of a type, or between the parameters of a closure, ends none.

use crate::tokens::{Kind, Source};

/// The first comma that ends an item. If `is_worker`, a name and a type stand before the expression.
pub(crate) fn find(source: &Source<'_>, trees: &[usize], is_worker: bool) -> Option<usize> {
    let mut is_type = is_worker;
    let mut at = 0;
    while at < trees.len() {
        match source.token(trees[at]) {
            "," => return Some(trees[at]),
            "<" if is_type || opens_generics(source, trees, at) => {
                at = behind_generics(source, trees, at);
                continue;
            }
            "|" if !is_type && begins_expression(source, trees, at) => {
                at = behind_closure(source, trees, at);
                continue;
            }
            "=" => is_type = false,
            _ => {}
        }
        at += 1;
    }
    None
}

/// The `{` or `=` behind a type, if there is one.
pub(crate) fn behind_type(source: &Source<'_>, trees: &[usize]) -> Option<usize> {
    let mut at = 0;
    while at < trees.len() {
        match source.token(trees[at]) {
            "<" => at = behind_generics(source, trees, at),
            "{" | "=" => return Some(trees[at]),
            _ => at += 1,
        }
    }
    None
}

/// The index behind the `>` that belongs to the `<` at `open`.
fn behind_generics(source: &Source<'_>, trees: &[usize], open: usize) -> usize {
    let mut depth = 0;
    for (at, &token) in trees.iter().enumerate().skip(open) {
        let is_arrow = source.is_pair(token.saturating_sub(1), "->")
            || source.is_pair(token.saturating_sub(1), "=>");
        match source.token(token) {
            "<" => depth += 1,
            ">" if !is_arrow => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    trees.len()
}

/// Whether a `<` is no comparison: in `f::<A, B>()`, `<A as B<C, D>>::f()` or `a as B<C, D>`.
fn opens_generics(source: &Source<'_>, trees: &[usize], at: usize) -> bool {
    let is = |at: usize, text| source.is(trees[at], text);
    if at >= 2 && is(at - 1, ":") && is(at - 2, ":") {
        return true;
    }
    let before = trees[..at].iter().rev();
    let mut path = before.take_while(|at| source.is_word(**at) || source.is(**at, ":"));
    let is_cast = path.any(|at| source.is(*at, "as"));
    let is_shift = at > 0 && is(at - 1, "<");
    is_cast || !is_shift && begins_expression(source, trees, at)
}

/// Whether an expression may begin here: there is no operand before it.
fn begins_expression(source: &Source<'_>, trees: &[usize], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|at| trees[at]) else {
        return true;
    };
    let token = source.token(before);
    match source.kind(before) {
        Kind::Plain if source.is_word(before) => matches!(token, "move" | "return" | "else"),
        Kind::Plain => !token.starts_with(|c: char| c.is_alphanumeric() || "?>\"'".contains(c)),
        _ => false,
    }
}

/// The index behind the parameters of a closure and its return type.
fn behind_closure(source: &Source<'_>, trees: &[usize], open: usize) -> usize {
    let from = |at: usize, text| {
        let found = trees.iter().skip(at).position(|at| source.is(*at, text));
        found.map_or(trees.len(), |length| at + length)
    };
    let close = from(open + 1, "|");
    match trees.get(close + 1) {
        Some(minus) if source.is_pair(*minus, "->") => from(close + 1, "{"),
        _ => close + 1,
    }
    .min(trees.len())
}
