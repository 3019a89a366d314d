//! Paths and locals in expansions, with the spans that they need.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};

/// `::fluid::rule::consumes`, of which the colons and the last word have the span at which the compiler reports an
/// error.
///
/// The words before have the span of the macro's call: an editor takes each word with the span of a user's token for
/// a meaning of that token, and shows the documentation of all of them.
pub(crate) fn path(words: &str, span: Span) -> TokenStream {
    path_over(words, (span, span))
}

/// Like [`path`], but the compiler reports an error about it from the first span to the last.
pub(crate) fn path_over(words: &str, (first, end): (Span, Span)) -> TokenStream {
    let last = words.split("::").count() - 1;
    let words = words.split("::").enumerate().map(|(at, word)| {
        let at = if at == last { end } else { Span::call_site() };
        Ident::new(word, at)
    });
    words.map(|word| quote_spanned!(first=> ::#word)).collect()
}

/// The spans of the first and the last token. The compiler takes a type to span from its first token to its last, so a
/// type with these ends is reported at the user's tokens.
pub(crate) fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let mut spans = tokens.to_token_stream().into_iter().map(|t| t.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

/// A local of the expansion. By its hygiene it is different from every name of the user's.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
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
