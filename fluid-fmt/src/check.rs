//! Compares texts before and after formatting: their tokens and their comments.

use std::ops::Range;

use crate::layout::Tokens;
use crate::tokens::{Kind, Source};

/// What formatting must not change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Content {
    tokens: Vec<String>,
    comments: Vec<String>,
}

/// The content of some tokens of a text. In expressions (`code`) rustfmt may add or remove braces, parentheses and
/// separators, for instance around the body of a closure. Elsewhere only a comma before a delimiter may differ.
pub(crate) fn content(source: &Source<'_>, tokens: Range<usize>, code: &[Tokens]) -> Content {
    let mut content = Content {
        tokens: Vec::new(),
        comments: Vec::new(),
    };
    for at in tokens.clone() {
        let text = source.token(at);
        let is_code = code.iter().any(|code| code.contains(&at));
        match source.kind(at) {
            Kind::Comment => {
                let words: Vec<_> = text.split_whitespace().collect();
                content.comments.push(words.join(" "));
            }
            _ if is_code && matches!(text, "{" | "}" | "(" | ")" | "," | ";") => {}
            _ if text == "," && before_delimiter(source, at + 1..tokens.end) => {}
            _ => content.tokens.push(text.to_owned()),
        }
    }
    content
}

/// Whether the next token is a delimiter, or there is none.
fn before_delimiter(source: &Source<'_>, mut behind: Range<usize>) -> bool {
    let next = behind.find(|at| source.kind(*at) != Kind::Comment);
    next.is_none_or(|at| matches!(source.kind(at), Kind::Close | Kind::Open(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, is_code: bool) -> Content {
        let source = Source::read(text).expect("tokens");
        let all = 0..source.tokens.len();
        let code = match is_code {
            true => vec![all.clone()],
            false => Vec::new(),
        };
        content(&source, all, &code)
    }

    #[test]
    fn a_lost_or_changed_token_or_comment_is_a_difference() {
        for (before, after) in [
            ("a => b;", "a => c;"),
            ("a => b;", "a => b"),
            ("(a, b) => c;", "a, b => c;"),
            ("a /* b */", "a"),
            ("a /* b */", "a /* c */"),
            ("/* a */ /* b */", "/* b */ /* a */"),
            ("/// a\nb", "// a\nb"),
            ("/// a\nb", "/// c\nb"),
            ("a, b", "a b"),
        ] {
            assert_ne!(of(before, false), of(after, false), "{before}");
        }
        for (before, after) in [
            ("a + b", "a - b"),
            ("|x| { x }", "|x| y"),
            ("a /* b */", "a"),
        ] {
            assert_ne!(of(before, true), of(after, true), "{before}");
        }
    }

    #[test]
    fn whitespace_and_a_last_comma_are_no_difference() {
        for (before, after) in [
            ("(a,b)=>c;", "( a , b, ) => c ;"),
            ("/*  a\n b */", "/* a b */"),
        ] {
            assert_eq!(of(before, false), of(after, false), "{before}");
        }
        for (before, after) in [
            ("|x| { x }", "|x| x"),
            ("match a { b => { c } }", "match a { b => c, }"),
        ] {
            assert_eq!(of(before, true), of(after, true), "{before}");
        }
    }
}
