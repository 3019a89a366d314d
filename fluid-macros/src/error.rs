//! The errors of one expansion, and texts that errors share.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The errors found so far. Each stage adds all that it finds; none stops at the first.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// Adds an error at `span`.
    pub(crate) fn at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Adds an error that spans all of `tokens`.
    pub(crate) fn on(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    pub(crate) fn extend(&mut self, errors: impl IntoIterator<Item = syn::Error>) {
        self.0.extend(errors);
    }

    /// The number of errors that were added so far.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the value of a result, or adds its error.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// The errors as invocations of `compile_error!`.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// `` `a`, `b` and `c` ``
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match &quoted[..] {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `` ; did you mean `name`? `` for the nearest of `names`, or an empty text if no name is near.
pub(crate) fn did_you_mean<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let near = names
        .into_iter()
        .map(|name| (distance(wrong, name), name))
        .min();
    match near {
        Some((distance, name)) if distance <= 1 + wrong.chars().count() / 3 => {
            format!("; did you mean `{name}`?")
        }
        _ => String::new(),
    }
}

/// The edit distance of two texts: insertions, deletions, substitutions and swaps of neighbours (Damerau and
/// Levenshtein, restricted: no part is edited twice).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edit_distance_is_symmetric_and_counts_a_swap_as_one() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "ab", 2),
            ("store", "store", 0),
            ("agregate", "aggregate", 1),
            ("sotre", "store", 1),
            ("poll", "pool", 1),
            ("poll", "store", 4),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn only_a_near_name_is_suggested() {
        assert_eq!(
            did_you_mean("stoer", ["poll", "store"]),
            "; did you mean `store`?"
        );
        assert_eq!(did_you_mean("x", ["poll", "store"]), "");
        assert_eq!(did_you_mean("anything", []), "");
    }

    #[test]
    fn a_list_of_names_ends_with_and() {
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
