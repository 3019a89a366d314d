//! Paths into fluid that stand at the user's tokens.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

/// `::fluid::rule::consumes`, with its colons and its last word at `span`: there the compiler shows what is
/// wrong. The words before stand at the macro's call, for an editor takes each word at a token of the user's
/// for something that this token means, and shows the documentation of all of them.
pub(crate) fn path(words: &str, span: Span) -> TokenStream {
    let last = words.split("::").count() - 1;
    let words = words.split("::").enumerate().map(|(at, word)| {
        let at = if at == last { span } else { Span::call_site() };
        Ident::new(word, at)
    });
    words.map(|word| quote_spanned!(span=> ::#word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_at_the_root() {
        let path = path("fluid::rule::consumes", Span::call_site());
        assert_eq!(path.to_string(), ":: fluid :: rule :: consumes");
    }
}
