//! The user's tokens as text.

use proc_macro2::{Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Expr, Lit, Meta};

/// Tokens as a person would write them, on one line.
pub(crate) fn text(tokens: impl ToTokens) -> String {
    let mut text = String::new();
    write(tokens.to_token_stream(), &mut text);
    text.trim().to_owned()
}

/// Writes tokens with a space where one belongs: around words and operators, after commas, and not
/// around what holds a path or a call together.
fn write(tokens: TokenStream, text: &mut String) {
    let mut glued = true;
    // Between the bars of a closure's parameters.
    let mut in_head = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    proc_macro2::Delimiter::Parenthesis => ("(", ")"),
                    proc_macro2::Delimiter::Bracket => ("[", "]"),
                    proc_macro2::Delimiter::Brace => (" { ", " }"),
                    proc_macro2::Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
                glued = false;
            }
            TokenTree::Punct(punct) if punct.as_char() == '|' && (in_head || opens(text)) => {
                if !in_head && text.ends_with(char::is_alphanumeric) {
                    text.push(' ');
                }
                text.push_str(if in_head { "| " } else { "|" });
                in_head = !in_head;
                glued = true;
            }
            TokenTree::Punct(punct) => {
                let spaced = matches!(punct.as_char(), '=' | '+' | '*' | '/' | '|' | '-')
                    && text.ends_with(|c: char| c.is_alphanumeric() || c == ')');
                if spaced {
                    text.push(' ');
                }
                text.push(punct.as_char());
                let after = matches!(punct.as_char(), ',' | ';' | '=' | '+' | '|')
                    || (punct.as_char() == '>' && text.ends_with("->"));
                if after && punct.spacing() == Spacing::Alone {
                    text.push(' ');
                }
                glued = true;
            }
            word => {
                if !glued && text.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"') {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
                glued = false;
            }
        }
    }
}

/// Whether a bar behind this text begins a closure, and is no operator.
fn opens(text: &str) -> bool {
    let text = text.trim_end();
    text.is_empty()
        || text.ends_with(['(', ',', '=', '{', '[', ';'])
        || text.ends_with("move")
        || text.ends_with("return")
}

/// The lines of doc comments.
pub(crate) fn doc_lines(docs: &[Attribute]) -> Vec<String> {
    let lines = docs.iter().filter_map(|attr| {
        let Meta::NameValue(doc) = &attr.meta else {
            return None;
        };
        let Expr::Lit(literal) = &doc.value else {
            return None;
        };
        let Lit::Str(line) = &literal.lit else {
            return None;
        };
        let line = line.value();
        Some(line.strip_prefix(' ').unwrap_or(&line).to_owned())
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_written_as_a_person_would() {
        for written in [
            "Tick",
            "Vec<Tick>",
            "HashMap<String, Vec<u8>>",
            "[u64; 3]",
            "&'static str",
            "std::io::Error",
            "report(&db).await",
            "db.flush().await",
            "fn(&u64) -> u64",
            "dyn Sink + Send + Sync",
            "|n| n + 1",
            "move |tick| tick.into()",
            "map(|a, b| a | b)",
        ] {
            let tokens: TokenStream = written.parse().expect("tokens");
            assert_eq!(text(tokens), written);
        }
    }
}
